import MLSCrypto

/// The key packages that commits added to a group, by their KeyPackageRefs: none is used twice (D-26).
package struct UsedKeyPackages: Sendable {
    private let hashAlgorithm: HashAlgorithm
    /// In the order in which they were added.
    package private(set) var list: [[UInt8]] = []
    private var references: Set<[UInt8]> = []
    /// A running hash over ``list``; empty where there are none.
    package private(set) var hash: [UInt8] = []

    init(_ hash: HashAlgorithm) {
        hashAlgorithm = hash
    }

    package func contains(_ reference: [UInt8]) -> Bool {
        references.contains(reference)
    }

    mutating func append(_ more: [[UInt8]]) {
        for reference in more {
            list.append(reference)
            references.insert(reference)
            hash = hashAlgorithm.hash(hash, reference)
        }
    }
}
