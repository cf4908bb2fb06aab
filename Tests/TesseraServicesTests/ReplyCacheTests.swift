import Foundation
import Synchronization
import TesseraServices
import TestSupport
import Testing

@Suite struct ReplyCacheTests {
  @Test func `Many open one new cache at once, and all of them can write`() throws {
    let folder = try TemporaryFolder()
    let problems = Mutex<[String]>([])
    // Of two that open a file at once about one in two hundred used to be turned away.
    for round in 0..<400 {
      let file = folder.file("replies\(round).sqlite")
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        do { try ReplyCache(file: file).requireWritable() } catch {
          problems.withLock { $0.append("\(error)") }
        }
      }
    }
    #expect(problems.withLock { $0 } == [])
  }
}
