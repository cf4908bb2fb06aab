import CZlib
import CZstd
import Tessera

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Bytes of a file or of standard input, in order; gzip and Zstandard are taken off on the way.
///
/// What a file is compressed with is told by its first bytes, not by its name.
final class ByteStream {
  /// How messages call it.
  let name: String
  /// Size of the file as it lies there; nil for streams.
  let size: Int?
  /// Bytes of the file that were taken so far, compressed ones where it is.
  private(set) var consumed = 0

  private enum Coding { case plain, gzip, zstd }
  private let descriptor: Int32
  private let limits: ReadLimits
  /// Bytes that were handed out.
  private var produced = 0
  private var coding: Coding?
  private var raw: UnsafeMutableBufferPointer<UInt8> = .allocate(capacity: 1 << 17)
  private var start = 0
  private var end = 0
  private var atEnd = false
  private var inflater = z_stream()
  private var isInflating = false
  private var decompressor: OpaquePointer?
  /// Whether a compressed frame has begun and not ended.
  private var isInside = false

  /// - Parameter file: A path, or `-` for standard input.
  init(file: String, limits: ReadLimits = ReadLimits()) throws {
    self.limits = limits
    name = file == "-" ? "standard input" : file
    descriptor = try FileAccess.openForReading(file)
    size = FileAccess.size(of: descriptor)
  }

  deinit {
    raw.deallocate()
    if isInflating { inflateEnd(&inflater) }
    if let decompressor { ZSTD_freeDStream(decompressor) }
    if descriptor != 0 { close(descriptor) }
  }

  /// Writes up to `target.count` bytes and says how many; 0 at the end alone.
  ///
  /// - Throws: `FormatError.cannotRead`, for what is no longer compressed as it began, too; `.content` beyond the limits.
  func read(into target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    guard !target.isEmpty else { return 0 }
    let count = try unpack(into: target)
    produced += count
    try limits.check(unpacked: produced, file: name)
    return count
  }

  private func unpack(into target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    let coding = try known()
    switch coding {
    case .plain:
      if start < end {
        let count = min(end - start, target.count)
        for i in 0..<count { target[i] = raw[start + i] }
        start += count
        return count
      }
      return try readFile(into: target)
    case .gzip: return try inflate(into: target)
    case .zstd: return try decompress(into: target)
    }
  }

  private func known() throws -> Coding {
    if let coding { return coding }
    while end < 4, !atEnd { try fill() }
    let found: Coding =
      end >= 2 && raw[0] == 0x1F && raw[1] == 0x8B ? .gzip : end >= 4 && beginsZstandard ? .zstd : .plain
    coding = found
    return found
  }

  /// A frame of data, or one to be skipped, with which files of pzstd begin (RFC 8878, section 3.1).
  private var beginsZstandard: Bool {
    raw[0] == 0x28 && raw[1] == 0xB5 && raw[2] == 0x2F && raw[3] == 0xFD
      || raw[0] & 0xF0 == 0x50 && raw[1] == 0x2A && raw[2] == 0x4D && raw[3] == 0x18
  }

  private func fail(_ reason: String) -> FormatError { .cannotRead(file: name, reason: reason) }

  private func readFile(into target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    let count = try FileAccess.read(descriptor, into: UnsafeMutableRawBufferPointer(target), of: name)
    consumed += count
    return count
  }

  /// More of the file behind what is there.
  private func fill() throws {
    if start == end { (start, end) = (0, 0) }
    guard end < raw.count else { return }
    let count = try readFile(into: UnsafeMutableBufferPointer(rebasing: raw[end...]))
    if count == 0 { atEnd = true }
    end += count
  }

  private func inflate(into target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    while true {
      if start == end, !atEnd { try fill() }
      if !isInside {
        // Members can follow one another, as in files that were concatenated.
        if start == end { return 0 }
        if isInflating {
          inflateReset(&inflater)
        } else {
          // 16 more than the largest window: a gzip header is expected.
          guard inflateInit2_(&inflater, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw fail("there is no memory to decompress it")
          }
          isInflating = true
        }
        isInside = true
      }
      if start == end { throw fail("its gzip data end before their end") }
      inflater.next_in = raw.baseAddress.map { $0 + start }
      inflater.avail_in = UInt32(end - start)
      inflater.next_out = target.baseAddress
      let room = min(target.count, Int(UInt32.max))
      inflater.avail_out = UInt32(room)
      let status = CZlib.inflate(&inflater, Z_NO_FLUSH)
      start = end - Int(inflater.avail_in)
      if status == Z_STREAM_END {
        isInside = false
      } else if status != Z_OK, status != Z_BUF_ERROR {
        throw fail("its gzip data are damaged")
      }
      let written = room - Int(inflater.avail_out)
      if written > 0 { return written }
    }
  }

  private func decompress(into target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    if decompressor == nil { decompressor = ZSTD_createDStream() }
    guard let decompressor else { throw fail("there is no memory to decompress it") }
    while true {
      if start == end, !atEnd { try fill() }
      if start == end {
        if isInside { throw fail("its Zstandard data end before their end") }
        return 0
      }
      var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
      var input = ZSTD_inBuffer(
        src: raw.baseAddress.map { UnsafeRawPointer($0 + start) }, size: end - start, pos: 0)
      let status = ZSTD_decompressStream(decompressor, &output, &input)
      if ZSTD_isError(status) != 0 { throw fail("its Zstandard data are damaged") }
      start += input.pos
      isInside = status != 0
      if output.pos > 0 { return output.pos }
    }
  }
}
