/// What a log serves, or a directory of it holds (C2SP tlog-tiles, "APIs"), by its path below the log's
/// prefix.
///
/// ```
/// checkpoint                       the newest signed tree head
/// tile/<L>/<N>[.p/<W>]             32-byte hashes, `TileHashes`
/// tile/entries/<N>[.p/<W>]         what the leaves are made of, `EntryBundle`
/// ```
package enum LogResource: Hashable, Sendable {
    case checkpoint
    case tile(Tile)
    /// The entries below a tile of level 0.
    case entries(Tile)

    package var path: String {
        switch self {
        case .checkpoint: "checkpoint"
        case .tile(let tile):
            "tile/\(tile.level)/" + TilePath.text(index: tile.index, width: tile.width)
        case .entries(let tile):
            "tile/entries/" + TilePath.text(index: tile.index, width: tile.width)
        }
    }

    /// Nil unless the path is exactly that of a resource which some tree has.
    package init?(path: String) {
        if path.utf8.elementsEqual("checkpoint".utf8) {
            self = .checkpoint
            return
        }
        let elements = path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard elements.count == 3, let (index, width) = TilePath.parse(elements[2]) else {
            return nil
        }
        let isOfEntries = elements[1] == "entries"
        guard let level = isOfEntries ? 0 : decimal(elements[1].utf8).flatMap(UInt8.init(exactly:)),
            let tile = Tile(level: level, index: index, width: width)
        else { return nil }
        self = isOfEntries ? .entries(tile) : .tile(tile)
        // What was passed over, or stands in the wrong place, is not written again.
        guard self.path.utf8.elementsEqual(path.utf8) else { return nil }
    }
}
