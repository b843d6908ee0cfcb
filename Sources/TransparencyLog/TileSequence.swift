/// The tiles that a tree of `newSize` leaves has and one of `oldSize` leaves has not, or has narrower:
/// level by level from 0, from left to right.
package struct TileSequence: Sequence, IteratorProtocol, Sendable {
    private let oldSize: UInt64
    private let newSize: UInt64
    private var level: UInt8 = 0
    /// The next tile of the level; nil: the first that differs.
    private var index: UInt64?

    /// All tiles of a tree.
    package init(ofTreeOf size: UInt64) {
        self.init(from: 0, to: size)
    }

    /// What was added; nothing, if the new size is not the larger one.
    package init(from oldSize: UInt64, to newSize: UInt64) {
        self.oldSize = oldSize
        self.newSize = newSize
    }

    package mutating func next() -> Tile? {
        while Tile.levels.contains(level) {
            let old = oldSize >> (8 * UInt64(level))
            let new = newSize >> (8 * UInt64(level))
            // A level without new hashes has none above it.
            guard new > old else { return nil }
            let place = index ?? old / 256
            if place <= (new - 1) / 256 {
                index = place + 1
                return Tile(level: level, index: place, inTreeOf: newSize)
            }
            level += 1
            index = nil
        }
        return nil
    }
}
