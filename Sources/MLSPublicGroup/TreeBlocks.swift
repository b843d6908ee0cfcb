import MLSMessages

/// What a tree holds at its places: nodes, how many leaves are not blank below, and the tree hashes of parents
/// that are known. Those of leaves are not kept: one costs a single hash, and half of all places are leaves.
///
/// The places stand in blocks, which copies of a tree share until one of them changes something there; so a
/// change costs as much as the blocks of its path, however large the tree is.
struct TreeBlocks: Sendable {
    private let digestSize: Int
    private var blocks: [Block]
    private(set) var count: Int

    /// Blank places.
    init(_ count: Int, digestSize: Int) {
        self.digestSize = digestSize
        self.count = count
        blocks = Self.blank(Self.blocks(for: count), digestSize)
    }

    /// Keeps what remains; what is new is blank.
    mutating func resize(_ count: Int) {
        if count < self.count {
            // Nothing is to be found there if the places come back.
            for value in count..<min(self.count, Self.blocks(for: count) * Block.size) {
                let place = NodeIndex(value)
                self[place] = nil
                occupied(below: place, by: -occupied(below: place))
                setHash(nil, of: place)
            }
            blocks.removeLast(blocks.count - Self.blocks(for: count))
        } else {
            blocks += Self.blank(Self.blocks(for: count) - blocks.count, digestSize)
        }
        self.count = count
    }

    private static func blocks(for count: Int) -> Int {
        (count + Block.size - 1) / Block.size
    }

    private static func blank(_ count: Int, _ digestSize: Int) -> [Block] {
        let blank = Block(digestSize: digestSize)
        return Array(repeating: blank, count: count)
    }

    /// The block of a place, which nobody else has.
    private mutating func own(_ place: NodeIndex) -> Block {
        let index = place.value / Block.size
        if !isKnownUniquelyReferenced(&blocks[index]) { blocks[index] = Block(blocks[index]) }
        return blocks[index]
    }

    subscript(place: NodeIndex) -> Node? {
        get { blocks[place.value / Block.size].nodes[place.value % Block.size] }
        set { own(place).nodes[place.value % Block.size] = newValue }
    }

    func occupied(below place: NodeIndex) -> Int {
        Int(blocks[place.value / Block.size].occupied[place.value % Block.size])
    }

    mutating func occupied(below place: NodeIndex, by step: Int) {
        guard step != 0 else { return }
        let block = own(place)
        let slot = place.value % Block.size
        block.occupied[slot] = UInt32(Int(block.occupied[slot]) + step)
    }

    func knowsHash(of place: NodeIndex) -> Bool {
        blocks[place.value / Block.size].known & 1 << (place.value % Block.size) != 0
    }

    /// The hash of a parent; nil if it is not known.
    func hash(of place: NodeIndex) -> [UInt8]? {
        guard knowsHash(of: place) else { return nil }
        return Array(blocks[place.value / Block.size].hashes[slots(of: place)])
    }

    mutating func setHash(_ hash: [UInt8]?, of place: NodeIndex) {
        guard !place.isLeaf, hash != nil || knowsHash(of: place) else { return }
        let block = own(place)
        let bit: UInt64 = 1 << (place.value % Block.size)
        guard let hash else {
            block.known &= ~bit
            return
        }
        block.known |= bit
        block.hashes.replaceSubrange(slots(of: place), with: hash)
    }

    private func slots(of place: NodeIndex) -> Range<Int> {
        let start = place.value % Block.size / 2 * digestSize
        return start..<start + digestSize
    }
}

/// Consecutive places, every second of them a parent. A block is changed only where nothing else refers to it.
private final class Block: @unchecked Sendable {
    static let size = 64

    var nodes: [Node?]
    var occupied: [UInt32]
    var hashes: [UInt8]
    /// A bit for each place: whether its hash is known.
    var known: UInt64 = 0

    init(digestSize: Int) {
        nodes = Array(repeating: nil, count: Self.size)
        occupied = Array(repeating: 0, count: Self.size)
        hashes = Array(repeating: 0, count: Self.size / 2 * digestSize)
    }

    init(_ other: Block) {
        (nodes, occupied) = (other.nodes, other.occupied)
        (hashes, known) = (other.hashes, other.known)
    }
}
