// swift-tools-version: 6.2
import PackageDescription

/// Set by `make fuzz`: every room counts which of its branches run, so that a fuzzer can look for new ones
/// (Tests/Fuzzing/README.md).
let isFuzzing = Context.environment["MIXDOWN_FUZZING"] == "1"

/// Every target is built with the same rules: Swift 6 concurrency, explicit `any`, imports that stay
/// inside their module, and every use of raw memory spelled `unsafe`.
let rules: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
]
let settings = isFuzzing ? rules + [.unsafeFlags(["-sanitize=fuzzer,address"])] : rules

/// The pages that say what lives in a folder, for a target whose sources are sorted into folders.
func pages(_ folders: [String]) -> [String] { folders.map { "\($0)/README.md" } }

/// A room of the product; `dependencies` are the only modules it may see, `folders` those it is sorted into.
func room(_ name: String, _ dependencies: Target.Dependency..., folders: [String] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: pages(folders), swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: Target.Dependency..., exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

/// A fuzzer. gold, the usual linker, does not take what the sanitizers add.
func fuzzer(_ name: String, _ path: String, _ dependencies: Target.Dependency...) -> Target {
  .executableTarget(
    name: name, dependencies: ["Fuzzing"] + dependencies, path: "Tests/Fuzzing/\(path)", swiftSettings: rules,
    linkerSettings: [.unsafeFlags(["-use-ld=lld", "-sanitize=fuzzer,address"])])
}

let package = Package(
  name: "mixdown",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "mixdown", targets: ["mixdown"]),
    .library(name: "MixdownKit", targets: ["MixdownKit"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // System libraries.
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    .systemLibrary(
      name: "CSndfile", pkgConfig: "sndfile",
      providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
    .systemLibrary(
      name: "CFLAC", pkgConfig: "flac", providers: [.apt(["libflac-dev"]), .brew(["flac"])]),
    .systemLibrary(name: "CLAME", providers: [.apt(["libmp3lame-dev"]), .brew(["lame"])]),
    .systemLibrary(
      name: "CMPG123", pkgConfig: "libmpg123",
      providers: [.apt(["libmpg123-dev"]), .brew(["mpg123"])]),
    .systemLibrary(
      name: "CVorbis", pkgConfig: "vorbisenc",
      providers: [.apt(["libvorbis-dev"]), .brew(["libvorbis"])]),
    .systemLibrary(
      name: "COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"]), .brew(["opus"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),

    // From left to right, as a mix walks through them.
    room("Platform", "CCrypto"),
    room("Diagnostics"),
    room("Quantities"),
    room("Tables", "Diagnostics", "Quantities"),
    room("DSP", folders: ["Conversion", "Dynamics", "Filters", "Limiting", "Maths", "Metering", "Mixing", "Reverb"]),
    room("YAMLSyntax", "Diagnostics", "CYAML", folders: ["Parsing", "Problems"]),
    room("Processors", "Tables", "Quantities", "DSP", folders: ["Insert", "Types"]),
    room(
      "SessionModel", "YAMLSyntax", "Diagnostics", "Quantities", "Tables", "Processors", "DSP",
      folders: ["Checking", "Loading", "Model", "Time"]),
    room("RenderPlan", "SessionModel", "Processors", "Tables", "Quantities", "DSP", "Platform"),
    room("Renderer", "RenderPlan", "Processors", "DSP"),
    room(
      "AudioFiles", "DSP", "CSndfile", "CFLAC", "CLAME", "CMPG123", "CVorbis", "COpus",
      folders: ["FLAC", "Files", "Interface", "MPEG", "Ogg", "PCM", "Tags"]),
    room(
      "Delivery", "Renderer", "RenderPlan", "AudioFiles", "SessionModel", "Processors", "Tables", "Quantities",
      "Diagnostics", "DSP", "Platform", folders: ["Encoding", "Judging", "Mastering", "Plan", "Run"]),
    room(
      "Reporting", "Delivery", "Renderer", "RenderPlan", "SessionModel", "Processors", "Tables", "Quantities",
      "Diagnostics", "DSP", folders: ["Flow", "Model", "Page"]),

    room(
      "MixdownKit", "Diagnostics", "Quantities", "Tables", "YAMLSyntax", "Processors", "SessionModel", "RenderPlan",
      "AudioFiles", "Delivery", "Reporting", "Platform",
      folders: ["Checking", "Describing", "Interface", "Measuring", "Rendering"]),
    .executableTarget(
      name: "mixdown",
      dependencies: [
        "MixdownKit", "Diagnostics", "Quantities", "AudioFiles", "SessionModel", "RenderPlan", "Delivery",
        "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], exclude: pages(["Commands", "Terminal"]), swiftSettings: settings),

    .executableTarget(
      name: "mixdown-bench",
      dependencies: [
        "Delivery", "SessionModel", "RenderPlan", "AudioFiles", "DSP", "Diagnostics",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings),

    tests("PlatformTests", "Platform"),
    tests("DiagnosticsTests", "Diagnostics"),
    tests("QuantitiesTests", "Quantities"),
    tests("TablesTests", "Tables", "Quantities", "Diagnostics", "Processors", "SessionModel"),
    tests("DSPTests", "DSP"),
    tests("ProcessorsTests", "Processors", "Tables", "Quantities", "Diagnostics", "DSP"),
    tests("SessionModelTests", "SessionModel", "Processors", "Tables", "Quantities", "Diagnostics"),
    tests(
      "RendererTests", "Renderer", "RenderPlan", "SessionModel", "Processors", "Tables", "Quantities", "Diagnostics",
      "DSP"),
    tests(
      "DeliveryTests", "Delivery", "Renderer", "AudioFiles", "SessionModel", "RenderPlan", "Quantities", "Diagnostics",
      "DSP", "Platform", exclude: ["golden.txt"]),
    tests(
      "ReportingTests", "Reporting", "MixdownKit", "Delivery", "AudioFiles", "Diagnostics", "DSP"),
    tests("YAMLSyntaxTests", "YAMLSyntax", "Diagnostics"),
    .testTarget(
      name: "MixdownKitTests",
      dependencies: [
        "MixdownKit", "mixdown", "YAMLSyntax", "Diagnostics", "SessionModel", "Tables", "AudioFiles", "Delivery",
        "RenderPlan", "Platform",
      ], exclude: ["corpus", "Crashers"], swiftSettings: settings),
    tests("AudioFilesTests", "AudioFiles", "DSP", exclude: ["Crashers"]),
  ],
  swiftLanguageModes: [.v6]
)

if isFuzzing {
  package.targets += [
    .target(name: "Fuzzing", path: "Tests/Fuzzing/Driver", swiftSettings: rules),
    fuzzer("fuzz-audio", "Audio", "AudioFiles"),
    fuzzer("fuzz-text", "Text", "YAMLSyntax", "SessionModel", "RenderPlan", "Diagnostics", "Tables"),
  ]
}
