import Foundation

/// Whether the tests run without AddressSanitizer and ThreadSanitizer: beside their shadows of 15 TB no limit of address space can be
/// set, and ThreadSanitizer writes files of its own, which a limit of files forbids.
public let isWithoutSanitizer = ProcessInfo.processInfo.environment["TESSERA_SANITIZER"] == nil
