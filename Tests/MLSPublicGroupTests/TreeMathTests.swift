import MLSPublicGroup
import TestSupport
import Testing

/// `tree-math.json`
@Suite(.enabled(if: SharedInputs.vectors.exist, "\(SharedInputs.vectors.reason)"))
struct TreeMathTests {
    private struct Vector: Decodable {
        let nLeaves, nNodes, root: Int
        let left, right, parent, sibling: [Int?]
    }

    @Test func workingGroupVectors() throws {
        let vectors: [Vector] = try SharedInputs.vectors.load("tree-math")
        #expect(!vectors.isEmpty)
        for vector in vectors {
            let width = vector.nLeaves
            #expect(2 * width - 1 == vector.nNodes)
            #expect(NodeIndex.root(width: width).value == vector.root)
            for value in 0..<vector.nNodes {
                let node = NodeIndex(value)
                #expect(node.left?.value == vector.left[value])
                #expect(node.right?.value == vector.right[value])
                #expect(node.parent(width: width)?.value == vector.parent[value])
                #expect(node.sibling(width: width)?.value == vector.sibling[value])
            }
        }
    }
}
