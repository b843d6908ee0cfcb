import MLSCrypto
import Testing
import TransparencyLog

@Suite struct LogDirectoryTests {
    private let tree = NaiveTree(size: 600)

    /// The files that a directory gets, in their order.
    private func files(from old: UInt64, to new: Int) throws -> [(LogResource, [UInt8])] {
        var files: [(LogResource, [UInt8])] = []
        try LogDirectory.update(
            from: old, to: Parties.checkpoint(of: tree, size: new), tiles: tree.hashes,
            entries: tree.entries
        ) { files.append(($0, $1)) }
        return files
    }

    @Test(arguments: [[600], [1, 255, 256, 257, 512, 600], [300, 300, 600]])
    func aGrownDirectoryHasAllFilesOfItsCheckpoint(sizes: [Int]) throws {
        var directory: [LogResource: [UInt8]] = [:]
        var old: UInt64 = 0
        for size in sizes {
            let added = try files(from: old, to: size)
            #expect(added.last?.0 == .checkpoint)
            for (resource, bytes) in added {
                // Only the checkpoint is ever written anew.
                #expect(directory[resource] == nil || resource == .checkpoint)
                directory[resource] = bytes
            }
            old = UInt64(size)
            for (resource, bytes) in try files(from: 0, to: size) {
                #expect(directory[resource] == bytes, "\(resource.path) at size \(size)")
            }
        }
    }

    @Test func entriesHashToTilesAndTilesToTheRoot() throws {
        let directory = Dictionary(uniqueKeysWithValues: try files(from: 0, to: 600))
        let bytes = try #require(directory[.checkpoint])
        let head = try SignedCheckpoint(parsing: bytes).checkpoint.head
        func tiles(_ tile: Tile) throws -> TileHashes {
            try TileHashes(tile, parsing: try #require(directory[.tile(tile)]))
        }
        #expect(try TreeHead(size: head.size, tiles: tiles) == head)
        for tile in TileSequence(ofTreeOf: 600) where tile.level == 0 {
            let bundle = try EntryBundle(
                parsing: try #require(directory[.entries(tile)]), width: tile.width)
            #expect(try bundle.leafHashes == tiles(tile).hashes)
        }
        #expect(directory.count == 3 + 3 + 1 + 1)
    }
}
