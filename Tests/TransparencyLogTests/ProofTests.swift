import MLSCrypto
import PresentationLanguage
import Testing
import TransparencyLog

@Suite struct ProofTests {
    // MARK: What others published

    @Test func hasTheKnownRootsAndProofs() throws {
        let tree = NaiveTree(ReferenceTree.leaves)
        for (size, root) in ReferenceTree.roots.enumerated() {
            #expect(TreeHead(size: UInt64(size), tiles: tree.hashes).root == root)
        }
        for (index, size, hashes) in ReferenceTree.paths {
            let proof = InclusionProof(of: index, inTreeOf: size, tiles: tree.hashes)
            #expect(proof == InclusionProof(index: index, hashes: hashes))
            let head = TreeHead(size: size, root: ReferenceTree.roots[Int(size)])
            let leafHash = MerkleFrontier.leafHash(tree.leaves[Int(index)])
            #expect(proof?.verifies(leafHash: leafHash, in: head) == true)
        }
        for (old, new, hashes) in ReferenceTree.consistency {
            let proof = ConsistencyProof(from: old, to: new, tiles: tree.hashes)
            #expect(proof == ConsistencyProof(hashes: hashes))
            let oldHead = TreeHead(size: old, root: ReferenceTree.roots[Int(old)])
            let newHead = TreeHead(size: new, root: ReferenceTree.roots[Int(new)])
            #expect(proof?.verifies(from: oldHead, to: newHead) == true)
        }
    }

    // MARK: Against the definition

    /// Every proof of every size up to 40: as RFC 6962 defines it, verified, and by no other leaf or size.
    @Test func everySmallProofIsTheDefinedOne() throws {
        let tree = NaiveTree(size: 40)
        let heads = (0...40).map(tree.head)
        let leafHashes = tree.leaves.map(MerkleFrontier.leafHash)
        for size in 1...40 {
            for index in 0..<size {
                let proof = try #require(
                    InclusionProof(
                        of: UInt64(index), inTreeOf: UInt64(size), tiles: tree.hashes))
                #expect(proof.hashes == tree.path(index, 0..<size))
                for other in 0..<size {
                    let isRight = proof.verifies(leafHash: leafHashes[other], in: heads[size])
                    #expect(isRight == (other == index))
                }
                // Also not one behind the tree.
                for other in 0..<size + 2 {
                    let moved = InclusionProof(index: UInt64(other), hashes: proof.hashes)
                    let isMoved = moved.verifies(leafHash: leafHashes[index], in: heads[size])
                    #expect(isMoved == (other == index))
                }
            }
        }
        for new in 0...40 {
            for old in 0...new {
                let proof = try #require(
                    ConsistencyProof(from: UInt64(old), to: UInt64(new), tiles: tree.hashes))
                let expected = old == 0 || old == new ? [] : tree.proof(old, new)
                #expect(proof.hashes == expected)
                for other in 0...new {
                    let isRight = proof.verifies(from: heads[other], to: heads[new])
                    // Of the empty tree and of the tree itself the proof is the empty one.
                    let isEmpty = expected.isEmpty && (other == 0 || other == new)
                    #expect(isRight == (other == old || isEmpty), "\(other) for \(old) in \(new)")
                }
            }
        }
    }

    /// Trees that reach into tiles of levels 1 and 2.
    @Test(arguments: [255, 256, 257, 511, 512, 1000, 65_537])
    func proofsOfLargerTrees(size: Int) throws {
        let tree = NaiveTree(size: size)
        let head = tree.head(size)
        #expect(TreeHead(size: UInt64(size), tiles: tree.hashes) == head)
        for place in [0, 1, 100, 255, 256, 511, 65_535, 65_536, size - 1] where place < size {
            let inclusion = try #require(
                InclusionProof(of: UInt64(place), inTreeOf: UInt64(size), tiles: tree.hashes))
            #expect(inclusion.hashes == tree.path(place, 0..<size))
            let leafHash = MerkleFrontier.leafHash(tree.leaves[place])
            #expect(inclusion.verifies(leafHash: leafHash, in: head))

            let consistency = try #require(
                ConsistencyProof(from: UInt64(place), to: UInt64(size), tiles: tree.hashes))
            #expect(consistency.hashes == (place == 0 ? [] : tree.proof(place, size)))
            #expect(consistency.verifies(from: tree.head(place), to: head))
        }
    }

    @Test func proofsOfTheLargestTreeAreVerifiedWithoutOverflow() {
        let hash = SHA256.hash([1])
        let head = TreeHead(size: .max, root: hash)
        for index in [0, 1, UInt64.max - 1, UInt64.max] {
            for length in [0, 1, 63, 64, 65] {
                let hashes = [Digest32](repeating: hash, count: length)
                let inclusion = InclusionProof(index: index, hashes: hashes)
                #expect(!inclusion.verifies(leafHash: hash, in: head))
                let old = TreeHead(size: index, root: hash)
                let isSame = index == .max && length == 0
                let consistency = ConsistencyProof(hashes: hashes)
                #expect(consistency.verifies(from: old, to: head) == isSame)
            }
        }
    }

    /// A tree of one leaf repeated has one hash for each height, so that the largest trees can be
    /// computed.
    @Test func provesInTheLargestTree() throws {
        let leafHash = MerkleFrontier.leafHash([])
        var rows = [leafHash]
        for _ in 0..<63 { rows.append(MerkleFrontier.nodeHash(rows.last!, rows.last!)) }
        func tiles(_ tile: Tile) -> TileHashes {
            TileHashes(
                tile, Array(repeating: rows[8 * Int(tile.level)], count: tile.width))!
        }
        let head = TreeHead(size: .max, tiles: tiles)
        for index in [0, 255, 256, 1 << 63, UInt64.max - 1] {
            let proof = try #require(
                InclusionProof(of: index, inTreeOf: .max, tiles: tiles))
            #expect(proof.verifies(leafHash: leafHash, in: head))
        }
        for size in [1, 255, 256, 1 << 63, UInt64.max - 1] {
            let proof = try #require(ConsistencyProof(from: size, to: .max, tiles: tiles))
            #expect(proof.verifies(from: TreeHead(size: size, tiles: tiles), to: head))
        }
    }

    // MARK: What is refused

    @Test func everyBitOfAProofCounts() throws {
        let tree = NaiveTree(size: 13)
        let head = tree.head(13)
        let inclusion = try #require(InclusionProof(of: 6, inTreeOf: 13, tiles: tree.hashes))
        let leafHash = MerkleFrontier.leafHash(tree.leaves[6])
        for hashes in corruptions(inclusion.hashes) {
            let proof = InclusionProof(index: 6, hashes: hashes)
            #expect(!proof.verifies(leafHash: leafHash, in: head))
        }
        for leafHash in corruptions([leafHash]) where leafHash.count == 1 {
            #expect(!inclusion.verifies(leafHash: leafHash[0], in: head))
        }
        for root in corruptions([head.root]) where root.count == 1 {
            let head = TreeHead(size: 13, root: root[0])
            #expect(!inclusion.verifies(leafHash: leafHash, in: head))
        }
        for old in [1, 4, 6, 7, 8, 12] {
            let proof = try #require(
                ConsistencyProof(from: UInt64(old), to: 13, tiles: tree.hashes))
            for hashes in corruptions(proof.hashes) {
                let proof = ConsistencyProof(hashes: hashes)
                #expect(!proof.verifies(from: tree.head(old), to: head))
            }
            let other = tree.head(5).root
            let oldHead = TreeHead(size: UInt64(old), root: other)
            #expect(!proof.verifies(from: oldHead, to: head))
            let newHead = TreeHead(size: 13, root: other)
            #expect(!proof.verifies(from: tree.head(old), to: newHead))
        }
    }

    /// Proofs of the right hashes under a head whose size is wrong.
    @Test func aProofIsAsLongAsItsTreeIsHigh() throws {
        let tree = NaiveTree(size: 8)
        let inclusion = try #require(InclusionProof(of: 0, inTreeOf: 8, tiles: tree.hashes))
        let consistency = try #require(ConsistencyProof(from: 1, to: 8, tiles: tree.hashes))
        let leafHash = MerkleFrontier.leafHash(tree.leaves[0])
        for size in 1...16 {
            let head = TreeHead(size: UInt64(size), root: tree.head(8).root)
            // From 5 to 8 leaves, the first one's path has the same shape.
            let fits = (5...8).contains(size)
            #expect(inclusion.verifies(leafHash: leafHash, in: head) == fits)
            #expect(consistency.verifies(from: tree.head(1), to: head) == fits)
        }
    }

    /// Nothing may be hashed above the root, whatever root it would give.
    @Test func aProofEndsAtTheRoot() throws {
        let tree = NaiveTree(size: 4)
        let above = SHA256.hash([7])
        func raised(_ size: Int) -> TreeHead {
            let root = MerkleFrontier.nodeHash(above, tree.head(size).root)
            return TreeHead(size: UInt64(size), root: root)
        }
        let inclusion = InclusionProof(index: 2, hashes: tree.path(2, 0..<3) + [above])
        let leafHash = MerkleFrontier.leafHash(tree.leaves[2])
        #expect(!inclusion.verifies(leafHash: leafHash, in: raised(3)))
        let consistency = ConsistencyProof(hashes: tree.proof(3, 4) + [above])
        #expect(!consistency.verifies(from: raised(3), to: raised(4)))
    }

    @Test func nothingIsProvedOutsideTheTree() {
        let tree = NaiveTree(size: 5)
        #expect(InclusionProof(of: 5, inTreeOf: 5, tiles: tree.hashes) == nil)
        #expect(InclusionProof(of: 0, inTreeOf: 0, tiles: tree.hashes) == nil)
        #expect(ConsistencyProof(from: 6, to: 5, tiles: tree.hashes) == nil)
        let empty = ConsistencyProof(hashes: [])
        #expect(!empty.verifies(from: tree.head(5), to: tree.head(4)))
        #expect(empty.verifies(from: .empty, to: .empty))
        let forged = TreeHead(size: 0, root: .zero)
        #expect(!empty.verifies(from: forged, to: tree.head(4)))
        #expect(!empty.verifies(from: forged, to: forged))
    }

    private struct Lost: Error {}

    @Test func anErrorOfTheStorePassesThrough() {
        #expect(throws: Lost.self) {
            try InclusionProof(of: 0, inTreeOf: 3) { (_) throws(Lost) in throw Lost() }
        }
    }

    /// Every bit of every hash turned, a hash lost, doubled or added.
    private func corruptions(_ hashes: [Digest32]) -> [[Digest32]] {
        var all: [[Digest32]] = [hashes + [.zero], [.zero] + hashes]
        for place in hashes.indices {
            for bit in 0..<256 {
                var bytes = hashes[place].bytes
                bytes[bit / 8] ^= 1 << (bit % 8)
                var changed = hashes
                changed[place] = Digest32(bytes)!
                all.append(changed)
            }
            var shorter = hashes
            shorter.remove(at: place)
            var longer = hashes
            longer.insert(hashes[place], at: place)
            all += [shorter, longer]
        }
        return all
    }
}
