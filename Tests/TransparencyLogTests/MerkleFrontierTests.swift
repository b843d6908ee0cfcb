import MLSCrypto
import PresentationLanguage
import Testing
import TransparencyLog

@Suite struct MerkleFrontierTests {
    @Test func equalsTheNaiveTreeForSizes0To300() throws {
        let tree = NaiveTree(size: 300)
        var frontier = MerkleFrontier()
        for size in 0...300 {
            #expect(frontier.head == tree.head(size))
            #expect(frontier.peaks.count == size.nonzeroBitCount)
            if size < 300 { frontier.append(leafData: tree.leaves[size]) }
        }
    }

    @Test func hasTheKnownRoots() {
        var frontier = MerkleFrontier()
        #expect(frontier.root == ReferenceTree.roots[0])
        for (leaf, root) in zip(ReferenceTree.leaves, ReferenceTree.roots.dropFirst()) {
            frontier.append(leafData: leaf)
            #expect(frontier.root == root)
        }
    }

    @Test func encodingIsSizeAndPeaks() throws {
        var frontier = MerkleFrontier()
        #expect(frontier.encoded == [UInt8](repeating: 0, count: 8))
        for index in 0..<11 { frontier.append(leafData: [UInt8(index)]) }
        let encoded = frontier.encoded
        #expect(encoded.prefix(8) == [0, 0, 0, 0, 0, 0, 0, 11])
        #expect(encoded.dropFirst(8) == frontier.peaks.flatMap(\.bytes)[...])
        var decoded = try MerkleFrontier(parsing: encoded)
        #expect(decoded == frontier)
        decoded.append(leafData: [7])
        frontier.append(leafData: [7])
        #expect(decoded.root == frontier.root)
    }

    @Test func refusesAWrongNumberOfPeaks() {
        var frontier = MerkleFrontier()
        for index in 0..<3 { frontier.append(leafData: [UInt8(index)]) }
        let encoded = frontier.encoded
        #expect(throws: DecodingError.self) {
            try MerkleFrontier(parsing: Array(encoded.dropLast()))
        }
        #expect(throws: DecodingError.self) { try MerkleFrontier(parsing: encoded + [0]) }
    }
}
