import TesseraFormats

/// How much of a long table is shown.
package struct RowLimit: Sendable, Equatable {
  /// What was asked for; 0 for all, nil where nobody asked.
  private let asked: Int?

  package init(_ asked: Int? = nil) { self.asked = asked }

  /// Rows of a table to print.
  package var table: Int { Self.limit(asked ?? 50) }

  /// Rows of a CSV file: programs want all, unless somebody asked.
  package var csv: Int { Self.limit(asked ?? 0) }

  private static func limit(_ rows: Int) -> Int { rows == 0 ? .max : rows }

  /// A line about the rows that are left out; empty where there are none.
  package func rest(of count: Int) -> String {
    count > table ? "... \(Spell.count(count - table)) more (--top 0 shows all)\n" : ""
  }
}
