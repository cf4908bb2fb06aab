/// What studies may cost. Every default stands here.
public struct WorkbenchLimits: Sendable, Equatable {
  /// Bytes of an uploaded file.
  public var uploadBytes = 256 << 20
  /// Bytes of an uploaded file without its compression.
  public var unpackedBytes = 1 << 29
  /// Bytes of a line of it, or of an element of a JSON array.
  public var recordBytes = 8 << 20
  /// Bytes of all that is stored.
  public var storedBytes = 4 << 30
  /// Studies that are stored.
  public var studies = 100
  /// Answers of a study.
  public var answers = 50_000
  /// Studies whose distances are held in memory; others are read again when they are asked.
  public var inMemory = 3
  /// Answers whose numbers go to the page: all, or those in groups of duplicates and the most compared.
  public var shown = 5_000
  /// Copies that one question may add.
  public var clones = 50
  /// Questions under way at once; further ones are told to come again.
  public var questions = 8
  /// Seconds that reading a file and fitting may take.
  public var readingSeconds = 600.0

  public init() {}

  /// What is wrong with them, in words; nil where nothing is.
  public var problem: String? {
    let counts: [(String, Int, ClosedRange<Int>)] = [
      ("bytes of an upload", uploadBytes, 1_024...(1 << 40)),
      ("unpacked bytes of an upload", unpackedBytes, uploadBytes...(1 << 44)),
      ("bytes of a line", recordBytes, 1_024...(1 << 31)),
      ("bytes stored", storedBytes, uploadBytes...(1 << 44)), ("studies", studies, 1...10_000),
      ("answers of a study", answers, 2...1_000_000), ("studies in memory", inMemory, 1...1_000),
      ("answers shown", shown, 2...100_000), ("clones", clones, 1...1_000),
      ("questions", questions, 1...1_000),
    ]
    for (name, value, range) in counts where !range.contains(value) {
      return "\(name): \(value), expected \(range.lowerBound) to \(range.upperBound)"
    }
    guard (1...86_400).contains(readingSeconds) else {
      return "seconds of reading: \(readingSeconds), expected 1 to 86400"
    }
    return nil
  }
}
