import Foundation
import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import TestSupport
import Testing

/// What an input costs in memory: at most 64 times its size and 16 MiB, beside the program itself.
@Suite(.serialized) struct MemoryTests {
    private static let creator = ForgedClient("client 0", .x25519Aes128)

    /// Inputs that need more than most: many elements of few bytes.
    private static let inputs: [String: @Sendable () -> GroupGenesis] = [
        "a tree of blanks": {
            blanks(creator)
        },
        "a tree of blanks, SHA-512": {
            blanks(ForgedClient("client 0", .p521Aes256))
        },
        "many extensions": {
            let list = (0..<300_000).map { _ in Extension(ExtensionType(0xf000), data: []) }
            return ForgedGroup.genesis(of: creator, list)
        },
        "many capabilities": {
            ForgedGroup.genesis(
                of: creator,
                edit: {
                    $0.capabilities.extensions += (0..<500_000).map {
                        ExtensionType(UInt16(truncatingIfNeeded: $0))
                    }
                })
        },
        "many unmerged leaves": {
            let leaf = creator.keyPackage().leafNode
            let parent = ParentNode(
                encryptionKey: creator.hpkeKey("parent"), parentHash: [],
                unmergedLeaves: (0..<250_000).map { UInt32($0) })
            let nodes = RatchetTreeNodes([.leaf(leaf), .parent(parent), .leaf(leaf)])
            return ForgedGroup.genesis(
                RatchetTree(nodes: nodes, hash: creator.suite.hash), of: creator)
        },
    ]

    /// Those that are sound, if odd, groups.
    private static let accepted: Set = [
        "a tree of blanks", "a tree of blanks, SHA-512", "many capabilities",
    ]

    /// One member to the far right of blanks: a sound group that many have left.
    private static func blanks(_ creator: ForgedClient) -> GroupGenesis {
        let count = 1 << 18
        let blanks = [Node?](repeating: nil, count: 2 * count - 2)
        let nodes = RatchetTreeNodes(blanks + [.leaf(creator.keyPackage().leafNode)])
        return ForgedGroup.genesis(
            RatchetTree(nodes: nodes, hash: creator.suite.hash), of: creator,
            editInfo: { $0.signer = UInt32(count - 1) })
    }

    @Test(arguments: inputs.keys.sorted())
    func imports(_ name: String) throws {
        try withTemporaryDirectory { directory in
            let small = try #require(try Fixtures.transcripts.first)
            let base = try Command("follow", small.path).peakMemory
            #expect(base > 1 << 20)
            let make = try #require(Self.inputs[name])
            let text = Self.transcript(of: make())
            let file = directory.appending(path: "big.json")
            try Data(text.utf8).write(to: file)
            let bound = 64 * text.utf8.count + 16 << 20
            for flags in [[], ["--json"], ["--store", directory.appending(path: "store").path]] {
                let run = try Command(["follow", file.path] + flags)
                // 1 where the import is accepted, which the file does not expect.
                #expect(run.status == (Self.accepted.contains(name) ? 1 : 0), "\(run.error)")
                #expect(run.peakMemory - base <= bound, "\(flags)")
            }
        }
    }

    private static func transcript(of genesis: GroupGenesis) -> String {
        """
        {"format": "mls-public-view-transcript/1", "scenarios": [{"name": "big", "cipher_suite": 1,
        "steps": [], "initial": {"group_info": "\(hex(genesis.groupInfo))",
        "ratchet_tree": "\(hex(genesis.tree ?? []))", "expect": {"accepted": false}}}]}
        """
    }
}
