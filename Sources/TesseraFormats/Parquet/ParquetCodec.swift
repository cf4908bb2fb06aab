import CSnappy
import CZlib
import CZstd

/// Unpacks pages.
///
/// The unpacked size stands in a page's header; memory is asked for only where that size is plausible.
enum ParquetCodec: Int {
  case none = 0
  case snappy = 1
  case gzip = 2
  case zstd = 6

  private static let names = ["none", "snappy", "gzip", "LZO", "Brotli", "LZ4", "zstd", "LZ4 (raw)"]

  /// - Throws: `ParquetProblem.unsupported` for a codec that is not read, by its name.
  init(number: Int) throws {
    guard let codec = ParquetCodec(rawValue: number) else {
      let name = Self.names.indices.contains(number) ? Self.names[number] : "number \(number)"
      throw ParquetProblem.unsupported(
        found: "compression \(name)",
        expected: "zstd, snappy, gzip or none: re-write the file with one of them")
    }
    self = codec
  }

  /// No page is larger than this, unpacked.
  static let pageLimit = 1 << 30

  /// Whether so many bytes may become so many.
  static func check(size: Int, unpacked: Int) throws {
    // Text of one repeated word shrinks a thousandfold and more; a page of 64 MB and more of it is an attack.
    guard unpacked <= pageLimit, unpacked <= 1 << 26 || unpacked / 1_024 <= size else {
      throw ParquetProblem.unsupported(
        found: "a page of \(size) bytes that unpacks to \(unpacked)",
        expected: "pages of at most 1 GiB, and above 64 MiB packed to a thousandth at most")
    }
  }

  /// Fills `target` with the content of `source`, exactly.
  func unpack(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, zstd context: ZstdContext
  ) throws {
    let written: Int?
    switch self {
    case .none:
      written = source.count
      if source.count == target.count { target.copyMemory(from: source) }
    case .snappy:
      var length = 0
      let packed = source.baseAddress?.assumingMemoryBound(to: CChar.self)
      guard snappy_uncompressed_length(packed, source.count, &length) == SNAPPY_OK, length == target.count
      else {
        written = nil
        break
      }
      let status = snappy_uncompress(
        packed, source.count, target.baseAddress?.assumingMemoryBound(to: CChar.self), &length)
      written = status == SNAPPY_OK ? length : nil
    case .zstd:
      let result = ZSTD_decompressDCtx(
        context.pointer, target.baseAddress, target.count, source.baseAddress, source.count)
      written = ZSTD_isError(result) != 0 ? nil : result
    case .gzip: written = Inflation.unpack(source, into: target, form: .gzip)
    }
    guard written == target.count else {
      throw ParquetProblem.damaged(
        found: "a page whose compressed bytes are broken",
        expected: "\(target.count) bytes, compressed with \(self)")
    }
  }
}

/// A context of zstd, reused from page to page.
final class ZstdContext {
  let pointer = ZSTD_createDCtx()

  deinit { ZSTD_freeDCtx(pointer) }
}

/// Unpacking by zlib.
enum Inflation {
  enum Form: Int32 {
    /// With the header of zlib or gzip.
    case gzip = 47
    /// Bare, as in zip files.
    case raw = -15
  }

  /// Fills `target` and returns how much was written; nil where the bytes are broken, cut short or hold more.
  static func unpack(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, form: Form)
    -> Int?
  {
    var stream = z_stream()
    guard
      inflateInit2_(&stream, form.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { inflateEnd(&stream) }
    var (read, written) = (0, 0)
    while true {
      // zlib counts in 32 bits.
      let input = min(source.count - read, 1 << 30)
      let output = min(target.count - written, 1 << 30)
      stream.next_in = UnsafeMutablePointer(
        mutating: source.baseAddress.map { ($0 + read).assumingMemoryBound(to: UInt8.self) })
      stream.avail_in = UInt32(input)
      stream.next_out = target.baseAddress.map { ($0 + written).assumingMemoryBound(to: UInt8.self) }
      stream.avail_out = UInt32(output)
      let status = inflate(&stream, Z_NO_FLUSH)
      let (consumed, produced) = (input - Int(stream.avail_in), output - Int(stream.avail_out))
      read += consumed
      written += produced
      if status == Z_STREAM_END { return written }
      // No progress: cut short, or more content than there is room for.
      guard status == Z_OK, consumed > 0 || produced > 0 else { return nil }
    }
  }
}
