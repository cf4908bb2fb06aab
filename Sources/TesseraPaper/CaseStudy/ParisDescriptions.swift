import Tessera

/// Writes short descriptions of Paris, each about one topic: the answers of the case study where no language model is
/// at hand.
///
/// A description is two or three sentences drawn from a grammar; each topic has well over a million, so answers rarely
/// repeat. The clone topics (restaurants and others like them) talk about the same dishes in the same words as food,
/// about a place to have them.
public struct ParisDescriptions: Sendable {
  public enum Topic: String, CaseIterable, Sendable {
    case food, art, romance
    case restaurants, bistros, bakeries, markets, cafes, brasseries, delicatessens, stalls

    /// Topics that annotators treat as food.
    public static let clones: [Topic] = [
      .restaurants, .bistros, .bakeries, .markets, .cafes, .brasseries, .delicatessens, .stalls,
    ]
    public static let originals: [Topic] = [.food, .art, .romance]

    /// The topic as annotators see it.
    public var original: Topic { Topic.clones.contains(self) ? .food : self }
  }

  private var random: RandomStream

  public init(seed: UInt64) { random = RandomStream(seed: seed, for: .studyTexts) }

  /// A new description.
  public mutating func describe(_ topic: Topic) -> String {
    let grammar = Self.grammars[topic] ?? Self.food
    let middle = expand(grammar.middles, grammar)
    var sentences = [expand(grammar.openings, grammar), middle]
    if random.uniform() < 0.6 { sentences.append(expand(grammar.endings, grammar)) }
    return sentences.joined(separator: " ")
  }

  private mutating func pick(_ list: [String]) -> String {
    list[min(Int(random.uniform() * Double(list.count)), list.count - 1)]
  }

  /// A sentence with its places filled: `<name>` is one of the words of that name.
  private mutating func expand(_ sentences: [String], _ grammar: Grammar) -> String {
    var rest = pick(sentences)[...]
    var text = ""
    while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
      text += rest[..<open]
      let name = String(rest[rest.index(after: open)..<close])
      text += pick(grammar.words[name] ?? Self.shared[name] ?? [name])
      rest = rest[rest.index(after: close)...]
    }
    text += rest
    return text.prefix(1).uppercased() + text.dropFirst()
  }

  struct Grammar: Sendable {
    let openings: [String]
    let middles: [String]
    let endings: [String]
    let words: [String: [String]]
  }

  private static let shared: [String: [String]] = [
    "quarter": [
      "the Marais", "Montmartre", "the Latin Quarter", "Belleville", "Saint-Germain", "Bastille", "Pigalle",
      "the Canal Saint-Martin", "Montparnasse", "the Batignolles", "the Left Bank", "Passy",
    ],
    "time": [
      "in the morning", "at dusk", "on a rainy afternoon", "in early spring", "on a Sunday", "after dark",
      "in late autumn", "at any hour", "before noon", "on a summer evening",
    ],
    "visitor": [
      "visitors", "travellers", "newcomers", "students", "families", "regulars", "neighbours", "strangers",
    ],
  ]

  private static let dishes = [
    "duck confit", "onion soup", "buttery croissants", "beef bourguignon", "ripe Camembert",
    "steak with fries",
    "crisp baguettes", "oysters", "chocolate eclairs", "snails in garlic butter", "cassoulet",
    "goat cheese salad",
    "macarons", "crepes with sugar", "roast chicken", "lemon tart", "foie gras", "ratatouille",
  ]
  private static let tastes = [
    "rich", "tender", "fragrant", "delicate", "hearty", "savoury", "sweet", "golden", "fresh", "generous",
  ]

  private static let food = Grammar(
    openings: [
      "Paris is a city of flavour, where <dish> and <dish> are everyday pleasures.",
      "The food of Paris is <taste> and <taste>, from <dish> to <dish>.",
      "To know Paris is to eat: <dish>, <dish> and a glass of <drink>.",
      "French cooking is at its best in Paris, with <taste> <dish> and <taste> <dish>.",
      "Nothing says Paris like <dish> with <drink> <time>.",
      "In <quarter> the smell of <dish> fills the street <time>.",
    ],
    middles: [
      "Every meal comes with <taste> sauces, warm bread and <drink>.",
      "Cooks take pride in <taste> <dish>, made with butter, herbs and patience.",
      "<visitor> taste <dish> and <dish>, and come back for <taste> <dish>.",
      "Recipes for <dish> are handed down, and the ingredients are <taste>.",
      "A <taste> plate of <dish> is followed by cheese and <dish>.",
      "The cuisine is <taste>, and even simple <dish> become a feast.",
    ],
    endings: [
      "A last bite of <dish> makes the day.", "Dessert is never forgotten.",
      "Hungry <visitor> are always welcome at the table.", "It is a delicious city <time>.",
      "One more glass of <drink>, and the meal is complete.",
    ],
    words: [
      "dish": dishes, "taste": tastes,
      "drink": ["red wine", "cider", "Champagne", "coffee", "white Burgundy", "pastis"],
    ])

  /// The same dishes and words as food, about places of one kind.
  private static func eating(_ place: String, _ places: String, _ people: String) -> Grammar {
    Grammar(
      openings: food.openings.dropLast(2) + [
        "The \(places) of Paris serve <taste> <dish> and <taste> <dish>.",
        "A \(place) in <quarter> is the place for <dish> <time>.",
        "Paris is full of \(places), where <dish> comes with <drink>.",
      ],
      middles: food.middles + [
        "In a good \(place) the \(people) bring <dish> and <drink> without hurry.",
        "The \(people) know how to make <taste> <dish>.",
      ],
      endings: food.endings + ["<visitor> leave the \(place) content."],
      words: food.words)
  }

  private static let grammars: [Topic: Grammar] = [
    .food: food,
    .restaurants: eating("restaurant", "restaurants", "waiters"),
    .bistros: eating("bistro", "bistros", "hosts"),
    .bakeries: eating("bakery", "bakeries", "bakers"),
    .markets: eating("market", "markets", "sellers"),
    .cafes: eating("cafe", "cafes", "waiters"),
    .brasseries: eating("brasserie", "brasseries", "cooks"),
    .delicatessens: eating("delicatessen", "delicatessens", "sellers"),
    .stalls: eating("food stall", "food stalls", "vendors"),
    .art: Grammar(
      openings: [
        "Paris is a city of art, where <master> and <master> once worked.",
        "The museums of Paris hold <work> and <work> from every century.",
        "Few cities have given as much to painting as Paris, the home of <movement>.",
        "In <quarter> painters set up their easels <time>.",
        "The galleries of <quarter> show <style> <work> beside <style> <work>.",
        "Art is everywhere in Paris, from <work> in the Louvre to <style> murals in <quarter>.",
      ],
      middles: [
        "<visitor> stand for hours before <style> <work> by <master>.",
        "<movement> was born here, and <master> changed how the world looks at colour.",
        "Sculptures by <master> fill the gardens, and <style> canvases fill the halls.",
        "Exhibitions of <style> <work> open every week, and the Orsay keeps <work> by <master>.",
        "The light that drew <master> still falls on the studios <time>.",
        "Curators hang <work> by <master> next to <style> <work>.",
      ],
      endings: [
        "A sketchbook is the best guide to the city.", "The collections could fill a lifetime.",
        "Every wall seems to be a canvas <time>.", "Creativity is the city's native language.",
        "<visitor> leave with their eyes full of <work>.",
      ],
      words: [
        "master": [
          "Monet", "Picasso", "Rodin", "Degas", "Matisse", "Manet", "Delacroix", "Cezanne", "Chagall",
          "Renoir",
          "Toulouse-Lautrec", "Modigliani",
        ],
        "work": [
          "portraits", "landscapes", "marble statues", "frescoes", "drawings", "water lilies", "engravings",
          "bronze figures", "still lifes", "tapestries", "etchings",
        ],
        "movement": ["Impressionism", "Cubism", "Fauvism", "Surrealism", "Art Nouveau", "Realism"],
        "style": [
          "luminous", "abstract", "classical", "bold", "modern", "symbolist", "baroque", "avant-garde",
        ],
      ]),
    .romance: Grammar(
      openings: [
        "Paris is the city of love, where couples <act> <where>.",
        "There is no more romantic place than Paris <time>, when lovers <act> <where>.",
        "Lovers come to Paris to <act> and to <act> <where>.",
        "Hearts beat faster in Paris, where <sign> and <sign> belong to every evening.",
        "In <quarter> couples <act> under <sky>.",
        "Paris was made for two: <sign>, <sign> and <sky>.",
      ],
      middles: [
        "They <act> <where>, and <sky> does the rest.",
        "A proposal <where> is a dream for <mood> couples.",
        "Love letters, <sign> and <sign> tell <mood> stories of <mood> pairs.",
        "Newlyweds <act> <where>, hand in hand and <mood>.",
        "The <mood> air makes even <visitor> fall in love <time>.",
        "Under <sky> two people can forget the world and <act>.",
      ],
      endings: [
        "A kiss seals the evening.", "Love seems to last longer here.",
        "Every bridge remembers a promise.", "It is the most <mood> city for two.",
        "Honeymooners never want to leave.",
      ],
      words: [
        "act": [
          "stroll arm in arm", "share a kiss", "whisper promises", "dance slowly", "hold hands",
          "gaze at each other",
          "embrace", "renew their vows",
        ],
        "where": [
          "along the Seine", "below the Eiffel Tower", "on the Pont Neuf", "in the Tuileries",
          "on the steps of Sacre-Coeur", "by the Medici Fountain", "on a quiet quay", "in a moonlit garden",
        ],
        "sign": [
          "red roses", "candlelight", "love locks", "a serenade", "engagement rings", "tender glances",
          "violins",
          "secret rendezvous",
        ],
        "sky": [
          "a starry sky", "the full moon", "the glow of the lanterns", "a pink sunset",
          "the twinkling lights",
          "blossoming chestnuts",
        ],
        "mood": ["tender", "dreamy", "passionate", "enchanted", "intimate", "blissful", "devoted"],
      ]),
  ]
}
