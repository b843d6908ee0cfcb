import MLSMessages

/// Where in the tree a key or a client is, so that uniqueness is one look-up.
///
/// The index holds places by 32 bits of a hash; whether a place has the key that is looked for is for the tree
/// to say. The hash has a seed of this process, so that nobody can choose keys that meet. Copies of an
/// index share what a change does not touch.
struct KeyIndex: Sendable {
    enum Kind: UInt8 {
        /// encryption_key, of leaves and parents.
        case encryption
        case signature
        /// The client's name, where the credential service gives one.
        case client
    }

    private typealias Bucket = [UInt64]
    private static let groupSize = 32
    /// Entries of a bucket, on average, before there are more buckets.
    private static let fullness = 8

    /// Groups of buckets, a power of two.
    private var groups = [[Bucket]](
        repeating: [Bucket](repeating: [], count: Self.groupSize), count: 1)
    private var count = 0

    /// The places that may hold a key.
    func places(of key: [UInt8], _ kind: Kind) -> [NodeIndex] {
        let print = Self.fingerprint(of: key, kind)
        return bucket(of: print).compactMap {
            $0 >> 32 == print ? NodeIndex(Int($0 & 0xffff_ffff)) : nil
        }
    }

    mutating func insert(_ key: [UInt8], _ kind: Kind, at place: NodeIndex) {
        if count >= groups.count * Self.groupSize * Self.fullness { grow() }
        insert(Self.entry(Self.fingerprint(of: key, kind), place))
        count += 1
    }

    mutating func remove(_ key: [UInt8], _ kind: Kind, at place: NodeIndex) {
        let entry = Self.entry(Self.fingerprint(of: key, kind), place)
        let (group, slot) = position(of: entry >> 32)
        guard let index = groups[group][slot].firstIndex(of: entry) else { return }
        groups[group][slot].remove(at: index)
        count -= 1
    }

    private mutating func insert(_ entry: UInt64) {
        let (group, slot) = position(of: entry >> 32)
        groups[group][slot].append(entry)
    }

    private mutating func grow() {
        let entries = groups.joined().joined()
        groups = Array(
            repeating: [Bucket](repeating: [], count: Self.groupSize), count: groups.count * 4)
        for entry in entries { insert(entry) }
    }

    private func bucket(of print: UInt64) -> Bucket {
        let (group, slot) = position(of: print)
        return groups[group][slot]
    }

    private func position(of print: UInt64) -> (group: Int, slot: Int) {
        let number = Int(print) & (groups.count * Self.groupSize - 1)
        return (number / Self.groupSize, number % Self.groupSize)
    }

    private static func entry(_ print: UInt64, _ place: NodeIndex) -> UInt64 {
        print << 32 | UInt64(place.value)
    }

    private static func fingerprint(of key: [UInt8], _ kind: Kind) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(kind.rawValue)
        key.withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt64(truncatingIfNeeded: hasher.finalize()) & 0xffff_ffff
    }
}
