import MLSCrypto
import PresentationLanguage
import Testing
import TransparencyLog

@Suite struct MerkleFrontierTests {
    /// MTH as RFC 6962 §2.1 words it.
    private func naiveRoot(_ leaves: ArraySlice<[UInt8]>) -> Digest32 {
        if leaves.isEmpty { return SHA256.hash([]) }
        if leaves.count == 1 { return SHA256.hash([0] + leaves.first!) }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let left = naiveRoot(leaves.prefix(split))
        let right = naiveRoot(leaves.dropFirst(split))
        return SHA256.hash([1] + left.bytes + right.bytes)
    }

    @Test func equalsTheNaiveTreeForSizes0To300() throws {
        var frontier = MerkleFrontier()
        var leaves: [[UInt8]] = []
        for size in 0...300 {
            #expect(frontier.size == UInt64(size))
            #expect(frontier.root == naiveRoot(leaves[...]))
            #expect(frontier.peaks.count == size.nonzeroBitCount)
            let leaf = Array("leaf \(size)".utf8)
            leaves.append(leaf)
            frontier.append(leafData: leaf)
        }
    }

    /// The reference leaves and roots of the certificate-transparency test suite.
    @Test func hasTheKnownRoots() {
        let leaves: [[UInt8]] = [
            [],
            [0x00],
            [0x10],
            [0x20, 0x21],
            [0x30, 0x31],
            [0x40, 0x41, 0x42, 0x43],
            Array(0x50...0x57),
            Array(0x60...0x6f),
        ]
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        var frontier = MerkleFrontier()
        #expect(frontier.root.description == roots[0])
        for (leaf, root) in zip(leaves, roots.dropFirst()) {
            frontier.append(leafData: leaf)
            #expect(frontier.root.description == root)
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
