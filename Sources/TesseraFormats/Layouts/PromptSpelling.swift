/// What a prompt says when case, space, and punctuation at its end are left aside.
enum PromptSpelling {
  /// A hash that is the same for two spellings of one prompt.
  ///
  /// - Parameter scratch: Room to write in.
  static func hash(_ bytes: UnsafeBufferPointer<UInt8>, _ scratch: ByteScratch) -> UInt64 {
    let kept = scratch.written(capacity: bytes.count) { kept in
      var count = 0
      var isBehindSpace = true
      for byte in bytes {
        let isSpace = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
        // Written in any case, and kept or not by the count: spaces come too irregularly to branch on them. There is room: the count
        // stays below the number of bytes seen.
        kept[count] = isSpace ? 0x20 : (0x41...0x5A).contains(byte) ? byte + 0x20 : byte
        count += isSpace && isBehindSpace ? 0 : 1
        isBehindSpace = isSpace
      }
      while count > 0, [0x20, 0x2E, 0x21, 0x3F, 0x3A].contains(kept[count - 1]) { count -= 1 }
      return count
    }
    return ContentHash(kept).low
  }
}
