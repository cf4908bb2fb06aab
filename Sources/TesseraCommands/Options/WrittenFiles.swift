import TesseraFormats

/// A command that says before it works which files it is going to write.
protocol WritesFiles {
  /// nil for options that were not given.
  var written: [String?] { get }
}

extension WritesFiles {
  /// - Throws: `FormatError.cannotWrite`: hours of work are not begun for a file that cannot be.
  func requireWritable() throws {
    for file in written { if let file { try FileAccess.requireWritable(file) } }
  }
}

extension FitCommand: WritesFiles {
  var written: [String?] { [output.output, states.saveState, space.transforms.saveTransform] }
}

extension WeightsCommand: WritesFiles {
  var written: [String?] { [output.output, picture, space.transforms.saveTransform] }
}

extension TrainCommand: WritesFiles {
  var written: [String?] { [output, space.transforms.saveTransform] }
}

extension EmbedCommand: WritesFiles {
  var written: [String?] { [output, saveEmbedder, saveAlternatives] }
}

extension ScoreCommand: WritesFiles {
  var written: [String?] { [output.output] }
}

extension RankCommand: WritesFiles {
  var written: [String?] { [output.output, families.suggestFamilies] }
}

extension CompareCommand: WritesFiles {
  var written: [String?] { [output.output] }
}

extension InspectCommand: WritesFiles {
  var written: [String?] { [output.output, faults] }
}

extension DuplicatesCommand: WritesFiles {
  var written: [String?] { [output, deduplicated] }
}
