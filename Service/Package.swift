// swift-tools-version: 6.1

import PackageDescription

// A package of its own: building the tool or the library never meets the dependencies of a server.
let package = Package(
  name: "tessera-service",
  platforms: [.macOS(.v15)],
  // MARK: Products
  products: [
    .library(name: "TesseraWorkbench", targets: ["TesseraWorkbench"]),
    .library(name: "TesseraService", targets: ["TesseraService"]),
    .executable(name: "tessera-serve", targets: ["TesseraServe"]),
  ],
  dependencies: [
    .package(name: "tessera", path: ".."),
    // Without its traits: neither configuration files nor the whole of Foundation is needed.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.0.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
  ],
  targets: [
    // Studies of preferences: their store, what is worked out once, what is asked of them. No HTTP.
    .target(
      name: "TesseraWorkbench",
      dependencies: [
        .product(name: "Tessera", package: "tessera"), .product(name: "TesseraFormats", package: "tessera"),
        .product(name: "TesseraText", package: "tessera"),
        .product(name: "TesseraReports", package: "tessera"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ]
    ),
    // Decisions: what requests mean, what they may cost, what is answered. No sockets.
    .target(
      name: "TesseraService",
      dependencies: [
        .product(name: "Tessera", package: "tessera"), .product(name: "TesseraFormats", package: "tessera"),
        .product(name: "TesseraText", package: "tessera"),
        .product(name: "TesseraServices", package: "tessera"),
        .product(name: "TesseraPages", package: "tessera"), "TesseraWorkbench",
      ]
    ),
    // HTTP, logs, signals, options: translations of it.
    .target(
      name: "TesseraHTTP",
      dependencies: [
        "TesseraService", .product(name: "TesseraFormats", package: "tessera"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ]
    ),
    .executableTarget(
      name: "TesseraServe",
      dependencies: [
        "TesseraHTTP", "TesseraService", "TesseraWorkbench",
        .product(name: "Tessera", package: "tessera"), .product(name: "TesseraFormats", package: "tessera"),
        .product(name: "TesseraServices", package: "tessera"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    // Requests that strangers make: for libFuzzer (Scripts/fuzz), and for the test that replays its corpus.
    .target(
      name: "ServiceFuzz",
      dependencies: [
        "TesseraService", "TesseraWorkbench", .product(name: "Tessera", package: "tessera"),
        .product(name: "TesseraFormats", package: "tessera"),
        .product(name: "TesseraText", package: "tessera"),
      ], path: "Fuzz/ServiceFuzz"),
    .testTarget(
      name: "TesseraServiceTests",
      // The program too: tests start it.
      dependencies: [
        "TesseraService", "TesseraHTTP", "TesseraServe", "TesseraWorkbench", "ServiceFuzz",
        .product(name: "Tessera", package: "tessera"), .product(name: "TesseraFormats", package: "tessera"),
        .product(name: "TesseraText", package: "tessera"),
        .product(name: "TesseraServices", package: "tessera"),
        .product(name: "TestSupport", package: "tessera"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
