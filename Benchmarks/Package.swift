// swift-tools-version: 6.0

import PackageDescription

let package = Package(
  name: "tessera-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "tessera", path: "..")],
  targets: [
    // Peaks of the processor that measured times are held against.
    .target(name: "CMachine"),
    .executableTarget(
      name: "tessera-bench",
      dependencies: [
        "CMachine",
        .product(name: "Tessera", package: "tessera"), .product(name: "TesseraFormats", package: "tessera"),
      ]
    ),
    .executableTarget(
      name: "tessera-study",
      dependencies: [
        .product(name: "Tessera", package: "tessera"), .product(name: "TesseraFormats", package: "tessera"),
        .product(name: "TesseraText", package: "tessera"),
        .product(name: "TesseraPaper", package: "tessera"),
      ]
    ),
  ],
  swiftLanguageModes: [.v6]
)
