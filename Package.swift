// swift-tools-version: 6.3

import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let lifetimes: [SwiftSetting] = strict + [.enableExperimentalFeature("Lifetimes")]

/// A target of `Sources`; `docs/architecture.md` shows the layers that its imports keep to.
func layer(
    _ name: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = strict
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// A target of tests.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "mimi-hub-store",
    products: [
        .library(name: "HubStore", targets: ["HubStore"]),
        .executable(name: "hubstore", targets: ["hubstore"]),
        .executable(name: "hub-sim", targets: ["hub-sim"]),
        .executable(name: "embedded-hub", targets: ["EmbeddedHub"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // Layer 0
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(
            name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // Layer 1
        layer("PresentationLanguage", settings: lifetimes),
        layer("RuleBook"),
        layer("LMDBStore", ["CLMDB"]),
        layer("MLSCrypto", ["CLibcrypto", "PresentationLanguage"]),
        // Layer 2
        layer("MLSMessages", ["MLSCrypto", "PresentationLanguage"]),
        layer("EndpointMessages", ["MLSCrypto", "MLSMessages", "PresentationLanguage"]),
        layer("TransparencyLog", ["MLSCrypto", "PresentationLanguage"]),
        // Layer 3
        layer("MLSPublicGroup", ["MLSCrypto", "MLSMessages", "PresentationLanguage", "RuleBook"]),
        layer("RoomPolicy", ["MLSCrypto", "MLSMessages", "PresentationLanguage", "RuleBook"]),
        layer("EventLog", ["LMDBStore", "MLSCrypto", "PresentationLanguage", "TransparencyLog"]),
        // Layer 4
        layer(
            "RoomState",
            [
                "EndpointMessages", "MLSCrypto", "MLSMessages", "MLSPublicGroup",
                "PresentationLanguage", "RoomPolicy", "RuleBook",
            ]),
        layer(
            "MLSMember", ["MLSCrypto", "MLSMessages", "MLSPublicGroup", "PresentationLanguage"]),
        // Layer 5
        layer(
            "RoomLog",
            [
                "EventLog", "LMDBStore", "MLSCrypto", "MLSMessages",
                "MLSPublicGroup", "PresentationLanguage", "RoomPolicy", "RoomState", "RuleBook",
            ]),
        // Layer 6
        layer(
            "HubStore",
            [
                "EndpointMessages", "EventLog", "LMDBStore", "MLSCrypto", "MLSMessages",
                "MLSPublicGroup", "PresentationLanguage", "RoomLog", "RoomPolicy", "RoomState",
                "RuleBook", "TransparencyLog",
            ]),
        layer(
            "SnapshotExport",
            [
                "EventLog", "MLSCrypto", "MLSMessages", "MLSPublicGroup", "PresentationLanguage",
                "RoomLog", "RoomPolicy", "RoomState",
            ]),
        layer(
            "LogAudit",
            [
                "EndpointMessages", "EventLog", "LMDBStore", "MLSCrypto", "MLSMessages",
                "MLSPublicGroup", "PresentationLanguage", "RoomLog", "RoomPolicy", "RoomState",
                "RuleBook", "TransparencyLog",
            ]),
        layer(
            "LogOperations",
            [
                "EventLog", "LMDBStore", "MLSCrypto", "MLSPublicGroup", "PresentationLanguage",
                "RoomLog", "TransparencyLog",
            ]),
        layer(
            "Transcript",
            [
                "EventLog", "LMDBStore", "MLSCrypto", "MLSMember", "MLSMessages", "MLSPublicGroup",
                "PresentationLanguage", "RoomLog", "RoomState", "RuleBook",
            ]),
        layer(
            "Scenario",
            [
                "EndpointMessages", "EventLog", "HubStore", "LogAudit", "MLSCrypto", "MLSMember",
                "MLSMessages", "MLSPublicGroup", "PresentationLanguage", "RoomLog", "RoomPolicy",
                "RoomState", "RuleBook", "SnapshotExport",
            ]),
        layer(
            "StoreMeasurement",
            [
                "EndpointMessages", "EventLog", "HubStore", "LMDBStore", "LogAudit", "MLSCrypto",
                "MLSMember", "MLSMessages", "MLSPublicGroup", "PresentationLanguage", "RoomLog",
                "RoomPolicy", "RoomState", "Scenario", "Transcript",
            ]),
        layer(
            "HubSimulator",
            [
                "EndpointMessages", "EventLog", "HubStore", "LMDBStore", "LogAudit", "MLSCrypto",
                "MLSMember", "MLSMessages", "MLSPublicGroup", "PresentationLanguage", "RoomLog",
                "RoomPolicy", "RoomState", "RuleBook", "Scenario", "TransparencyLog",
            ]),
        .executableTarget(
            name: "hub-sim",
            dependencies: [
                "HubSimulator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tools/hub-sim", swiftSettings: strict),
        layer(
            "StoreRig",
            [
                "EventLog", "HubStore", "LMDBStore", "MLSCrypto", "MLSPublicGroup",
                "PresentationLanguage", "RoomLog", "Scenario", "StoreMeasurement",
                "TransparencyLog",
            ]),
        .executableTarget(
            name: "EmbeddedHub", dependencies: ["HubStore"], swiftSettings: strict),
        // The command line
        .executableTarget(
            name: "hubstore",
            dependencies: [
                "EventLog", "LMDBStore", "LogAudit", "LogOperations", "MLSCrypto",
                "PresentationLanguage", "RoomLog", "RoomState", "Scenario", "SnapshotExport",
                "StoreMeasurement", "Transcript", "TransparencyLog",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tools/hubstore",
            swiftSettings: strict),
        .executableTarget(
            name: "store-rig",
            dependencies: [
                "StoreRig", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tools/store-rig",
            swiftSettings: strict),
        // Tests
        .target(
            name: "TestSupport",
            dependencies: [
                "EndpointMessages", "MLSCrypto", "MLSMember", "MLSMessages", "MLSPublicGroup",
                "PresentationLanguage", "RoomPolicy", "RoomState", "RuleBook",
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "EndpointMessages", "EventLog", "LMDBStore", "MLSCrypto", "MLSMember",
                "MLSMessages", "MLSPublicGroup", "PresentationLanguage", "RoomLog", "RoomPolicy",
                "RoomState", "RuleBook", "Scenario", "TestSupport", "Transcript",
                "TransparencyLog",
            ],
            path: "Tests/FuzzTargets", swiftSettings: strict),
        tests("FuzzTests", ["FuzzTargets", "PresentationLanguage", "TestSupport"]),
        .target(
            name: "GrowthWorkloads",
            dependencies: [
                "MLSCrypto", "MLSMember", "MLSMessages", "MLSPublicGroup", "PresentationLanguage",
                "RoomLog", "RoomPolicy", "RoomState", "RuleBook", "TestSupport",
            ],
            path: "Tests/GrowthWorkloads", swiftSettings: strict),
        tests("GrowthTests", ["GrowthWorkloads"]),
        tests("PresentationLanguageTests", ["PresentationLanguage", "TestSupport"]),
        tests("MLSCryptoTests", ["MLSCrypto", "PresentationLanguage", "TestSupport"]),
        tests("MLSMessagesTests", ["MLSMessages", "PresentationLanguage", "TestSupport"]),
        tests(
            "EndpointMessagesTests",
            ["EndpointMessages", "MLSCrypto", "MLSMessages", "PresentationLanguage", "TestSupport"]),
        tests(
            "MLSPublicGroupTests",
            [
                "MLSCrypto", "MLSMember", "MLSMessages", "MLSPublicGroup", "PresentationLanguage",
                "RoomState",
                "RuleBook", "TestSupport",
            ]),
        tests(
            "MLSMemberTests",
            [
                "MLSCrypto", "MLSMember", "MLSMessages", "MLSPublicGroup", "PresentationLanguage",
                "RoomState", "RuleBook", "TestSupport",
            ]),
        tests(
            "RoomStateTests",
            [
                "MLSCrypto", "MLSMember", "MLSMessages", "MLSPublicGroup", "PresentationLanguage",
                "RoomPolicy", "RoomState", "RuleBook", "TestSupport",
            ]),
        tests(
            "HubStoreTests",
            [
                "EndpointMessages", "EventLog", "HubStore", "LMDBStore", "MLSCrypto", "MLSMember",
                "MLSMessages", "PresentationLanguage", "RoomLog", "RoomPolicy", "RoomState",
                "RuleBook", "TestSupport", "TransparencyLog",
            ]),
        tests(
            "RoomPolicyTests",
            [
                "MLSCrypto", "MLSMessages", "PresentationLanguage", "RoomPolicy", "RuleBook",
                "TestSupport",
            ]),
        tests("LMDBStoreTests", ["LMDBStore", "TestSupport"]),
        tests("TransparencyLogTests", ["TransparencyLog", "MLSCrypto", "PresentationLanguage"]),
        tests(
            "EventLogTests",
            ["EventLog", "LMDBStore", "MLSCrypto", "PresentationLanguage", "TransparencyLog"]),
        tests(
            "RoomLogTests",
            [
                "EventLog", "LMDBStore", "MLSCrypto", "MLSMember", "MLSMessages", "MLSPublicGroup",
                "PresentationLanguage", "RoomLog", "RoomPolicy", "RoomState", "SnapshotExport",
                "TestSupport",
            ]),
        tests(
            "LogOperationsTests",
            [
                "EventLog", "HubStore", "LMDBStore", "LogOperations", "MLSMessages",
                "MLSPublicGroup", "PresentationLanguage", "RoomLog", "RoomState", "Scenario",
                "SnapshotExport", "TestSupport", "Transcript",
            ]),
        tests(
            "LogAuditTests",
            [
                "EventLog", "LMDBStore", "LogAudit", "MLSCrypto", "MLSPublicGroup",
                "PresentationLanguage", "RoomLog", "Scenario", "TestSupport", "TransparencyLog",
            ]),
        tests(
            "TranscriptTests",
            [
                "MLSMessages", "MLSPublicGroup", "PresentationLanguage", "RoomState", "TestSupport",
                "Transcript",
            ]),
        .testTarget(
            name: "InteropTests",
            dependencies: [
                "MLSCrypto", "MLSMember", "MLSMessages", "MLSPublicGroup", "PresentationLanguage",
                "RoomState", "TestSupport",
            ],
            exclude: ["mls-rs-client"], swiftSettings: strict),
        .testTarget(
            name: "ThirdPartyTests",
            dependencies: ["MLSCrypto", "TestSupport", "TransparencyLog"],
            exclude: ["checkers"], swiftSettings: strict),
        tests(
            "CommandTests",
            [
                "HubStore", "MLSCrypto", "MLSMember", "MLSMessages", "MLSPublicGroup",
                "PresentationLanguage",
                "RoomState",
                "TestSupport", "hubstore", "EmbeddedHub",
            ]),
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "EventLog", "LMDBStore", "MLSPublicGroup", "PresentationLanguage", "RoomLog",
                "RoomState", "RuleBook", "Scenario", "TestSupport",
            ],
            exclude: ["Scenarios"], swiftSettings: strict),
        tests("HubSimulatorTests", ["HubSimulator", "TestSupport"]),
        tests("StoreRigTests", ["StoreRig", "TestSupport"]),
        tests("RepositoryRulesTests", ["RuleBook", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)

// Parts of the rig ask for these. The fuzzers link only with libFuzzer.
if Context.environment["GROWTH"] != nil {
    package.targets.append(
        .executableTarget(
            name: "growth", dependencies: ["GrowthWorkloads"], path: "Tools/growth",
            swiftSettings: strict))
}
if Context.environment["FUZZERS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzTargets", "PresentationLanguage"],
            path: "Tools/fuzz", swiftSettings: strict))
}
