// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "watcher",
    products: [
        .executable(name: "watcher", targets: ["watcher"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // Without its one trait, which would bring full Foundation.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "Curl", dependencies: ["CCurl", "CGlibc"]),
        .systemLibrary(name: "CGlibc"),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        // For the signatures of messages: pure functions, as all of the core.
        .target(name: "WatcherCore", dependencies: ["CPCRE2", .product(name: "Crypto", package: "swift-crypto")]),
        .target(
            name: "WatcherService",
            dependencies: [
                "CGlibc", "Curl", "WatcherCore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(
            name: "watcher",
            dependencies: [
                "CGlibc", "Curl", "WatcherCore", "WatcherService",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            // For a libdispatch that is linked dynamically; see `ThreadPriority.swift`.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic-symbol=setpriority"])]),

        .target(
            name: "TestSupport",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/TestSupport"),
        .testTarget(
            name: "TestSupportTests",
            dependencies: [
                "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .executableTarget(
            name: "watcher-demo",
            dependencies: ["TestSupport", .product(name: "Crypto", package: "swift-crypto")],
            path: "Tests/Demo"),
        .testTarget(name: "CurlTests", dependencies: ["Curl", "TestSupport"]),
        .testTarget(name: "WatcherCoreTests", dependencies: ["WatcherCore"]),
        // By itself: it is built again with optimisation (scripts/simulated).
        .testTarget(name: "SimulationTests", dependencies: ["WatcherCore"]),
        .testTarget(
            name: "WatcherServiceTests",
            dependencies: [
                "TestSupport", "WatcherService", .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        .testTarget(name: "LabTests", dependencies: ["TestSupport"]),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "TestSupport", "WatcherCore", "watcher", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
