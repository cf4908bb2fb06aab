// swift-tools-version: 6.0

import PackageDescription

let package = Package(
  name: "tessera",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Tessera", targets: ["Tessera"]),
    .library(name: "TesseraFormats", targets: ["TesseraFormats"]),
    .library(name: "TesseraText", targets: ["TesseraText"]),
    .library(name: "TesseraPaper", targets: ["TesseraPaper"]),
    .executable(name: "tessera", targets: ["TesseraMain"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS",
      pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]
    ),
    // Values and algorithms: no files, no printing, no network.
    .target(name: "Tessera", dependencies: ["COpenBLAS", "CTesseraKernels", "CTesseraCells"]),
    // The inner loop of sampled weights, compiled for several vector widths.
    .target(name: "CTesseraKernels"),
    .systemLibrary(
      name: "CQhull",
      pkgConfig: "qhull_r",
      providers: [.apt(["libqhull-dev"]), .brew(["qhull"])]
    ),
    // Corners and volumes of exact cells in three to six dimensions.
    .target(name: "CTesseraCells", dependencies: ["CQhull"]),
    // Files in and out: JSONL, CSV, .npy.
    .target(name: "TesseraFormats", dependencies: ["Tessera"]),
    .systemLibrary(
      name: "CSQLite",
      pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]
    ),
    // Texts to contexts: the built-in embedder, services, their cache.
    .target(name: "TesseraText", dependencies: ["Tessera", "TesseraFormats", "CSQLite", "CTesseraHTTP"]),
    .systemLibrary(
      name: "CCurl",
      pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]
    ),
    // Requests over HTTP. Foundation's client on Linux spins on the processor while it waits.
    .target(name: "CTesseraHTTP", dependencies: ["CCurl"]),
    // Figures and HTML pages.
    .target(name: "TesseraReports", dependencies: ["TesseraFormats"]),
    // The paper's claims, computed.
    .target(
      name: "TesseraPaper", dependencies: ["Tessera", "TesseraFormats", "TesseraText", "TesseraReports"]),
    // One file per subcommand.
    .target(
      name: "TesseraCommands",
      dependencies: [
        "Tessera", "TesseraFormats", "TesseraText", "TesseraReports", "TesseraPaper",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    // A target of its own name: `tessera` and `Tessera` are one folder on some file systems.
    .executableTarget(name: "TesseraMain", dependencies: ["TesseraCommands"]),
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(name: "TesseraTests", dependencies: ["Tessera", "TesseraPaper"]),
    .testTarget(name: "TesseraFormatsTests", dependencies: ["TesseraFormats", "TestSupport"]),
    .testTarget(name: "TesseraTextTests", dependencies: ["TesseraText", "TestSupport"]),
    .testTarget(
      name: "TesseraPaperTests",
      dependencies: [
        "Tessera", "TesseraFormats", "TesseraPaper", "TesseraReports", "TesseraText", "TestSupport",
      ]
    ),
    .testTarget(
      name: "TesseraCommandsTests",
      dependencies: ["TesseraCommands", "TesseraMain", "TestSupport"]
    ),
  ],
  swiftLanguageModes: [.v6]
)
