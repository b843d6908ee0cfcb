import MLSMessages

/// What a tree holds at its places: nodes, how many leaves are not blank below, and the tree hashes of parents
/// that are known. Those of leaves are not kept: one costs a single hash, and half of all places are leaves.
///
/// Copies of a tree share blocks until one of them changes something there. A block has four levels of the
/// tree, the 15 places below one of them, so that a direct path lies in few blocks: a change costs as much as
/// these, however large the tree is.
struct TreeBlocks: Sendable {
    private static let levels = 4
    private static let groupSize = 32

    private let digestSize: Int
    /// By band of four levels, from the leaves up; groups of blocks, in the order of their places.
    private var bands: [[[Block]]] = []
    private(set) var count = 0

    /// Blank places: one less than a power of two.
    init(_ count: Int, digestSize: Int) {
        self.digestSize = digestSize
        resize(count)
    }

    /// Keeps what remains; what is new is blank.
    mutating func resize(_ newCount: Int) {
        // Nothing is to be found in blocks that stay if their places come back.
        for value in newCount..<max(count, newCount) {
            let address = Address(NodeIndex(value))
            guard address.block < Self.blocks(in: address.band, for: newCount) else { continue }
            self[NodeIndex(value)] = nil
            own(address).clear(address.slot)
        }
        count = newCount
        let height = NodeIndex(newCount / 2).level
        let bandCount = height / Self.levels + 1
        bands.removeLast(max(0, bands.count - bandCount))
        while bands.count < bandCount { bands.append([]) }
        for band in bands.indices { resize(band, Self.blocks(in: band, for: newCount)) }
    }

    /// The blocks of a band that places below `count` lie in.
    private static func blocks(in band: Int, for count: Int) -> Int {
        let span = 1 << (levels * (band + 1))
        return (count + span - 1) / span
    }

    private mutating func resize(_ band: Int, _ blocks: Int) {
        let groups = (blocks + Self.groupSize - 1) / Self.groupSize
        bands[band].removeLast(max(0, bands[band].count - groups))
        // The lowest four levels are leaves and the parents between them.
        let parents = band == 0 ? Block.size / 2 : Block.size
        let blank = Block(parents: parents, digestSize: digestSize)
        for group in 0..<groups {
            if group == bands[band].count { bands[band].append([]) }
            let size = min(Self.groupSize, blocks - group * Self.groupSize)
            let missing = size - bands[band][group].count
            if missing < 0 { bands[band][group].removeLast(-missing) }
            if missing > 0 { bands[band][group] += Array(repeating: blank, count: missing) }
        }
    }

    // MARK: Places

    /// Where a place is.
    private struct Address {
        let band: Int
        let block: Int
        /// In the block, 0 to 14.
        let slot: Int
        /// Of its hash, where it is a parent.
        var hashSlot: Int { band == 0 ? slot / 2 : slot }

        init(_ place: NodeIndex) {
            band = place.level / TreeBlocks.levels
            let shift = band * TreeBlocks.levels
            block = place.value >> (shift + TreeBlocks.levels)
            slot = place.value >> shift & Block.size
        }
    }

    private func block(_ address: Address) -> Block {
        bands[address.band][address.block / Self.groupSize][address.block % Self.groupSize]
    }

    /// The block of a place, which nobody else has.
    private mutating func own(_ address: Address) -> Block {
        let (group, index) = (address.block / Self.groupSize, address.block % Self.groupSize)
        if !isKnownUniquelyReferenced(&bands[address.band][group][index]) {
            bands[address.band][group][index] = Block(bands[address.band][group][index])
        }
        return bands[address.band][group][index]
    }

    subscript(place: NodeIndex) -> Node? {
        get {
            let address = Address(place)
            return block(address).nodes[address.slot]
        }
        set {
            let address = Address(place)
            own(address).nodes[address.slot] = newValue
        }
    }

    func occupied(below place: NodeIndex) -> Int {
        let address = Address(place)
        return Int(block(address).occupied[address.slot])
    }

    mutating func occupied(below place: NodeIndex, by step: Int) {
        let address = Address(place)
        let block = own(address)
        block.occupied[address.slot] = UInt32(Int(block.occupied[address.slot]) + step)
    }

    func knowsHash(of place: NodeIndex) -> Bool {
        let address = Address(place)
        return block(address).knowsHash(at: address.slot)
    }

    /// The hash of a parent; nil if it is not known.
    func hash(of place: NodeIndex) -> [UInt8]? {
        let address = Address(place)
        let block = block(address)
        guard block.knowsHash(at: address.slot) else { return nil }
        return Array(block.hashes[range(address)])
    }

    mutating func setHash(_ hash: [UInt8]?, of place: NodeIndex) {
        guard !place.isLeaf, hash != nil || knowsHash(of: place) else { return }
        let address = Address(place)
        let block = own(address)
        guard let hash else {
            block.known &= ~(1 << address.slot)
            return
        }
        block.known |= 1 << address.slot
        block.hashes.replaceSubrange(range(address), with: hash)
    }

    private func range(_ address: Address) -> Range<Int> {
        let start = address.hashSlot * digestSize
        return start..<start + digestSize
    }
}

/// A block is changed only where nothing else refers to it.
private final class Block: @unchecked Sendable {
    /// Places of four levels.
    static let size = 15

    var nodes: [Node?]
    var occupied: [UInt32]
    var hashes: [UInt8]
    /// A bit for each slot: whether its hash is known.
    var known: UInt16 = 0

    init(parents: Int, digestSize: Int) {
        nodes = Array(repeating: nil, count: Self.size)
        occupied = Array(repeating: 0, count: Self.size)
        hashes = Array(repeating: 0, count: parents * digestSize)
    }

    init(_ other: Block) {
        (nodes, occupied) = (other.nodes, other.occupied)
        (hashes, known) = (other.hashes, other.known)
    }

    func knowsHash(at slot: Int) -> Bool { known & 1 << slot != 0 }

    func clear(_ slot: Int) {
        occupied[slot] = 0
        known &= ~(1 << slot)
    }
}
