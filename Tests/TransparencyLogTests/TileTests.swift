import MLSCrypto
import PresentationLanguage
import Testing
import TransparencyLog

@Suite struct TileTests {
    // MARK: Which tiles a tree has

    /// The examples of C2SP tlog-tiles, "Partial Tiles".
    @Test func hasThePublishedTiles() {
        let tiles = Array(TileSequence(ofTreeOf: 70_000))
        func of(_ level: UInt8) -> [Tile] { tiles.filter { $0.level == level } }
        #expect(of(0).count { $0.isFull } == 273)
        #expect(of(0).last == Tile(level: 0, index: 273, width: 112))
        #expect(of(1).count { $0.isFull } == 1)
        #expect(of(1).last == Tile(level: 1, index: 1, width: 17))
        #expect(of(2) == [Tile(level: 2, index: 0, width: 1)])
        #expect(tiles.count == 273 + 1 + 1 + 1 + 1)
        #expect(
            Array(TileSequence(ofTreeOf: 256))
                == [Tile(level: 0, index: 0), Tile(level: 1, index: 0, width: 1)])
        #expect(Array(TileSequence(ofTreeOf: 0)).isEmpty)
    }

    /// What is new from one size to the next is what the one has and the other has not.
    @Test func newTilesAreTheDifference() {
        let sizes: [UInt64] = [
            0, 1, 2, 255, 256, 257, 511, 512, 600, 65_535, 65_536, 65_537, 66_000,
        ]
        for old in sizes {
            let known = Set(TileSequence(ofTreeOf: old))
            for new in sizes {
                let expected = TileSequence(ofTreeOf: new).filter { !known.contains($0) }
                let found = Array(TileSequence(from: old, to: new))
                #expect(found == (new > old ? expected : []), "\(old) to \(new)")
            }
        }
    }

    @Test func theLargestTreeEnds() {
        let tiles = Array(TileSequence(from: .max - 1, to: .max))
        #expect(tiles == [Tile(level: 0, index: .max / 256, width: 255)])
        #expect(Array(TileSequence(from: .max - 255, to: .max)).count == 1)
        let added = TileSequence(from: .max - 256, to: .max)
        #expect(Array(added).map(\.level) == [0, 0, 1])
    }

    @Test func noTreeHasThese() {
        #expect(Tile(level: 8, index: 0, width: 1) == nil)
        #expect(Tile(level: 0, index: 0, width: 0) == nil)
        #expect(Tile(level: 0, index: 0, width: 257) == nil)
        #expect(Tile(level: 0, index: .max / 256, width: 256) == nil)
        #expect(Tile(level: 0, index: .max / 256, width: 255) != nil)
        #expect(Tile(level: 0, index: .max) == nil)
        #expect(Tile(level: 7, index: 0, width: 256) == nil)
        #expect(Tile(level: 7, index: 0, width: 255) != nil)
    }

    @Test func aFullTileIsHashedIntoTheNextLevel() {
        let tree = NaiveTree(size: 700)
        #expect(tree.hashes(Tile(level: 0, index: 1)!).root == tree.hash(256..<512))
        #expect(tree.hashes(Tile(level: 0, index: 2, width: 188)!).root == nil)
    }

    // MARK: Paths

    @Test(arguments: [
        ("tile/0/000.p/1", Tile(level: 0, index: 0, width: 1)!),
        ("tile/0/x001/234.p/5", Tile(level: 0, index: 1234, width: 5)!),
        ("tile/3/x001/x234/067", Tile(level: 3, index: 1_234_067)!),
        ("tile/1/999.p/255", Tile(level: 1, index: 999, width: 255)!),
        (
            "tile/0/x072/x057/x594/x037/x927/935.p/255",
            Tile(level: 0, index: .max / 256, width: 255)!
        ),
    ])
    func pathsOfTiles(path: String, tile: Tile) {
        #expect(LogResource.tile(tile).path == path)
        #expect(LogResource(path: path) == .tile(tile))
        guard tile.level == 0 else { return }
        let entries = path.replacing("tile/0/", with: "tile/entries/")
        #expect(LogResource.entries(tile).path == entries)
        #expect(LogResource(path: entries) == .entries(tile))
    }

    @Test func theCheckpointHasAPath() {
        #expect(LogResource(path: "checkpoint") == .checkpoint)
        #expect(LogResource.checkpoint.path == "checkpoint")
    }

    @Test(arguments: [
        "", "/", "checkpoint/", "Checkpoint", "tile", "tile/0", "tile/0/", "tile//000",
        "/tile/0/000",
        "tile/00/000", "tile/8/000.p/1", "tile/63/000.p/1", "tile/256/000", "tile/-1/000",
        "tile/data/000", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000/001",
        "tile/0/001/234",
        "tile/0/x001/x234", "tile/0/X001/234", "tile/0/x001//234", "tile/0/001/", "tile/0/000.p/0",
        "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p", "tile/0/000.q/1",
        "tile/0/000.p/1/", "tile/0/000.p/-1", "tile/0/000.p/+1", "tile/0/.p/1", "tile/0/../000",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999", "tile/0/000\u{301}", "tile/0/٠٠٠",
        "tile/0/x072/x057/x594/x037/x927/936.p/1", "tile/entries/x000/000", "file/0/000",
        "tile/entries",
    ])
    func otherPathsAreRefused(path: String) {
        #expect(LogResource(path: path) == nil)
    }

    // MARK: Bytes

    @Test func hashesAreWrittenOneAfterTheOther() throws {
        let tree = NaiveTree(size: 3)
        let tile = Tile(level: 0, index: 0, width: 3)!
        let hashes = tree.hashes(tile)
        #expect(hashes.encoded == hashes.hashes.flatMap(\.bytes))
        #expect(try TileHashes(tile, parsing: hashes.encoded) == hashes)
        #expect(throws: DecodingError.self) {
            try TileHashes(tile, parsing: Array(hashes.encoded.dropLast()))
        }
        #expect(throws: DecodingError.self) {
            try TileHashes(tile, parsing: hashes.encoded + hashes.encoded)
        }
        #expect(TileHashes(tile, hashes.hashes.dropLast()) == nil)
    }

    @Test func entriesHaveTheirLengthsBefore() throws {
        let bundle = try #require(EntryBundle([[1, 2, 3], [], [4]]))
        #expect(bundle.encoded == [0, 3, 1, 2, 3, 0, 0, 0, 1, 4])
        #expect(try EntryBundle(parsing: bundle.encoded, width: 3) == bundle)
        for width in [2, 4] {
            #expect(throws: DecodingError.self) {
                try EntryBundle(parsing: bundle.encoded, width: width)
            }
        }
        #expect(throws: DecodingError.self) {
            try EntryBundle(parsing: [0, 3, 1, 2], width: 1)
        }
        #expect(EntryBundle([Array(repeating: 0, count: 65_535)]) != nil)
        #expect(EntryBundle([Array(repeating: 0, count: 65_536)]) == nil)
        #expect(
            bundle.leafHashes
                == NaiveTree(bundle.entries).hashes(Tile(level: 0, index: 0, width: 3)!).hashes)
    }
}
