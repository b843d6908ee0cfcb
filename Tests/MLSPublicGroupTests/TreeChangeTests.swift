import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport
import Testing

/// A recorded change that no commit makes is refused before it is applied.
@Suite struct TreeChangeTests {
    private let leaf = Node.leaf(ForgedClient("client 9", .x25519Aes128).keyPackage().leafNode)
    private let parent = Node.parent(ParentNode(encryptionKey: [1], parentHash: []))

    /// `struct { uint32 width; struct { uint32 node; optional<Node> value; } nodes<V>; }`
    private func encoding(_ width: UInt32, _ nodes: [(UInt32, Node?)]) -> [UInt8] {
        var writer = Writer()
        writer.write(width)
        writer.writeVector { writer in
            for (place, node) in nodes {
                writer.write(place)
                writer.write(optional: node)
            }
        }
        return writer.bytes
    }

    @Test func whatIsReadIsWritten() throws {
        let bytes = encoding(4, [(0, leaf), (1, parent), (2, nil)])
        #expect(try TreeChange(parsing: bytes).encoded == bytes)
    }

    @Test func misplacedNodes() {
        for nodes in [
            [(0, parent)], [(1, leaf)], [(7, parent)], [(2, nil), (0, nil)], [(2, nil), (2, nil)],
        ] as [[(UInt32, Node?)]] {
            #expect(throws: DecodingError.self) {
                try TreeChange(parsing: encoding(4, nodes))
            }
        }
        for width: UInt32 in [0, 3, 1 << 31] {
            #expect(throws: DecodingError.self) { try TreeChange(parsing: encoding(width, [])) }
        }
    }

    /// A width that no leaf needs would make a short record cost any amount of memory.
    @Test func aWidthWithoutLeaves() throws {
        var group = ForgedGroup(size: 3)
        guard case .commitAccepted(let change)? = group.decide(group.commit().input).events().first
        else { fatalError() }
        // The tree stands last: cut it off and put another one there.
        let tree = change.tree.encoded
        for nodes in [[], [(1 << 29, leaf)]] as [[(UInt32, Node?)]] {
            let wide = Array(change.encoded.dropLast(tree.count)) + encoding(1 << 29, nodes)
            let event = RoomEvent.commitAccepted(try GroupChange(parsing: wide))
            let refusal = #expect(throws: Refusal.self) {
                try group.state.apply(event, group.profile)
            }
            #expect(refusal?.rule == .treeShape)
        }
    }
}
