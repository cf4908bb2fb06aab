// swift-tools-version: 6.0

import PackageDescription

let package = Package(
  name: "tessera",
  platforms: [.macOS(.v15)],
  // MARK: Products
  products: [
    .library(name: "Tessera", targets: ["Tessera"]),
    .library(name: "TesseraFormats", targets: ["TesseraFormats"]),
    .library(name: "TesseraText", targets: ["TesseraText"]),
    .library(name: "TesseraServices", targets: ["TesseraServices"]),
    .library(name: "TesseraPaper", targets: ["TesseraPaper"]),
    // For Service/.
    .library(name: "TesseraReports", targets: ["TesseraReports"]),
    .library(name: "TesseraPages", targets: ["TesseraPages"]),
    .library(name: "TestSupport", targets: ["TestSupport"]),
    .executable(name: "tessera", targets: ["TesseraMain"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    // For `make docs` alone: nothing that is built links it.
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"),
  ],
  targets: [
    // MARK: C
    .systemLibrary(
      name: "COpenBLAS",
      pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]
    ),
    // Inner loops of sampled weights, searches and training, compiled for several vector widths.
    .target(name: "CTesseraKernels"),
    .systemLibrary(
      name: "CQhull",
      pkgConfig: "qhull_r",
      providers: [.apt(["libqhull-dev"]), .brew(["qhull"])]
    ),
    // Corners and volumes of exact cells in three to six dimensions.
    .target(name: "CTesseraCells", dependencies: ["CQhull"]),
    .systemLibrary(
      name: "CSQLite",
      pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]
    ),
    .systemLibrary(
      name: "CCurl",
      pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]
    ),
    // Requests over HTTP. Foundation's client on Linux spins on the processor while it waits.
    .target(name: "CTesseraHTTP", dependencies: ["CCurl"]),
    // Compressed pages of Parquet files and compressed files of rows.
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"]), .brew(["snappy"])]),
    // MARK: Library
    // Values and algorithms: no files, no printing, no network, no Foundation.
    .target(name: "Tessera", dependencies: ["COpenBLAS", "CTesseraKernels", "CTesseraCells"]),
    // Files in and out: rows (JSONL, CSV, Parquet), arrays (.npy, safetensors), documents (JSON), their verification. No
    // Foundation either, nor in the next: a library for another language that links them is a seventh of the size.
    .target(
      name: "TesseraFormats", dependencies: ["Tessera", "CTesseraKernels", "CZstd", "CZlib", "CSnappy"]),
    // Texts to contexts: what an embedder is, and the built-in one.
    .target(name: "TesseraText", dependencies: ["Tessera", "TesseraFormats"]),
    // Texts to contexts, and questions to answers, by services over HTTP; their cache.
    .target(
      name: "TesseraServices",
      dependencies: ["Tessera", "TesseraFormats", "TesseraText", "CSQLite", "CTesseraHTTP"]),
    // Audits and leaderboards: figures, pages, tables. No Foundation either.
    .target(name: "TesseraReports", dependencies: ["TesseraFormats", "TesseraPages"]),
    // Pages with scripts of our own, each in one file. Files of web/ become arrays of bytes, which take long to compile.
    .target(name: "TesseraPages", resources: [.embedInCode("web")]),
    // The paper's claims, computed.
    .target(
      name: "TesseraPaper",
      dependencies: ["Tessera", "TesseraFormats", "TesseraText", "TesseraServices", "TesseraReports"]),
    // MARK: C
    // What other languages call: documents and arrays in and out. Linked by Scripts/build-library, Swift's runtime inside.
    .target(
      name: "TesseraC", dependencies: ["Tessera", "TesseraFormats", "TesseraText", "TesseraReports"]),
    // MARK: Command line
    // One file per subcommand.
    .target(
      name: "TesseraCommands",
      dependencies: [
        "Tessera", "TesseraFormats", "TesseraText", "TesseraServices", "TesseraReports", "TesseraPages",
        "TesseraPaper",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    // A target of its own name: `tessera` and `Tessera` are one folder on some file systems.
    .executableTarget(name: "TesseraMain", dependencies: ["TesseraCommands"]),
    // MARK: Tests
    .target(name: "TestSupport", dependencies: ["Tessera"], path: "Tests/TestSupport"),
    // Readers under fire: for libFuzzer (Scripts/fuzz), and for the test that replays its corpus.
    .target(
      name: "FuzzTargets", dependencies: ["Tessera", "TesseraFormats", "TesseraText", "TesseraServices"],
      path: "Fuzz/FuzzTargets"),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets", "TestSupport"]),
    .testTarget(
      name: "TesseraTests", dependencies: ["CTesseraCells", "CTesseraKernels", "Tessera", "TestSupport"]),
    .testTarget(name: "TesseraFormatsTests", dependencies: ["TesseraFormats", "TestSupport"]),
    .testTarget(name: "TesseraTextTests", dependencies: ["TesseraText", "TestSupport"]),
    .testTarget(name: "TesseraServicesTests", dependencies: ["TesseraServices", "TestSupport"]),
    .testTarget(name: "TesseraPagesTests", dependencies: ["TesseraPages"]),
    .testTarget(
      name: "TesseraReportsTests",
      dependencies: ["Tessera", "TesseraFormats", "TesseraReports", "TestSupport"]),
    .testTarget(
      name: "TesseraPaperTests",
      dependencies: [
        "Tessera", "TesseraFormats", "TesseraPaper", "TesseraReports", "TesseraServices", "TesseraText",
        "TestSupport",
      ]
    ),
    .testTarget(
      name: "TesseraCommandsTests",
      dependencies: ["TesseraCommands", "TesseraFormats", "TesseraMain", "TesseraReports", "TestSupport"]
    ),
  ],
  swiftLanguageModes: [.v6]
)
