import ArgumentParser
import Tessera

/// What a fit takes for alike.
struct LikenessOptions: ParsableArguments {
  @Flag(help: "Merge alternatives with equal contexts into one and pool their comparisons.")
  var mergeDuplicates = false

  @Flag(help: "Weigh answers within each prompt: every alternative has one prompt, prompts count alike.")
  var perPrompt = false

  @Flag(help: "Weigh compared pairs in the space of pairs, so that sparse comparisons lose no mass.")
  var pairSpace = false

  @Flag(
    help: "Take profiles of win rates for contexts, where no others are known: for leaderboards.")
  var profiles = false

  func apply(to settings: inout RewardFit.Settings) {
    if mergeDuplicates { settings.mergeDuplicates = true }
    if perPrompt { settings.perPrompt = true }
    if pairSpace { settings.pairSpace = true }
    if profiles { settings.profiles = true }
  }
}

/// What a fit shows beside rewards.
struct FigureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Show the difference of every reward from that of one alternative, with its standard error.",
      valueName: "id"))
  var against: String?

  @Flag(help: "Write the mass of every compared pair and the ridge's mass of every alternative (JSON).")
  var pairMasses = false
}

/// Votes that come in portions.
struct StateOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Store votes, weights and rewards, for more votes to come.", valueName: "file"))
  var saveState: String?

  @Option(
    help: ArgumentHelp(
      "Go on from a stored state: its votes and those of the files, and what moved.", valueName: "file"))
  var fromState: String?
}
