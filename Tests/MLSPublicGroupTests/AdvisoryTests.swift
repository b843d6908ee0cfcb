import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport
import Testing

/// Faults that other implementations of MLS had, none of which this one may have. The list is in
/// `docs/threat-model.md`; those that are about rooms are in `RoomAdvisoryTests`.
@Suite struct AdvisoryTests {
    private let joiner = ForgedClient("new", .x25519Aes128)

    private func rule(_ group: ForgedGroup, _ forged: ForgedHandshake) -> Rule? {
        group.decide(forged.input).refusedRule
    }

    private func rule(importing nodes: [Node?]) -> Rule? {
        let creator = ForgedClient("client 0", .x25519Aes128)
        let nodes = RatchetTreeNodes(nodes)
        let tree = RatchetTree(nodes: nodes, hash: .sha256)
        let genesis = ForgedGroup.genesis(tree, of: creator, nodes: nodes)
        return RoomState.decide(genesis, .plain).refusedRule
    }

    /// Every list or struct inside an extension ends where the extension ends.
    @Test func trailingBytesInExtensions() {
        let dictionary = AppDataDictionary([ComponentData(ComponentID(0x8001), data: [1])])
        let list: [(ExtensionType, [UInt8])] = [
            (.requiredCapabilities, RequiredCapabilities().encoded),
            (.externalSenders, ExternalSenders([]).encoded),
            (.appDataDictionary, dictionary.encoded),
        ]
        for (type, data) in list {
            func importing(_ data: [UInt8]) -> Rule? {
                let creator = ForgedClient("client 0", .x25519Aes128)
                let genesis = ForgedGroup.genesis(of: creator, [Extension(type, data: data)])
                return RoomState.decide(genesis, .plain).refusedRule
            }
            #expect(importing(data) == nil, "\(type)")
            #expect(importing(data + [0]) == .groupContextExtensions, "\(type)")
        }
        let group = ForgedGroup(size: 2)
        var edits = CommitEdits()
        edits.groupInfo = { info in
            info.extensions = info.extensions.map { Extension($0.type, data: $0.data + [0]) }
        }
        #expect(rule(group, group.commit(edits: edits)) != nil)
        let package = joiner.keyPackage(edit: {
            $0.extensions = [Extension(.appDataDictionary, data: dictionary.encoded + [0])]
        })
        #expect(rule(group, group.commit([.proposal(.add(package))])) == .appDataDictionary)
    }

    /// The dictionary changes by AppDataUpdate alone where that is required, whether it is required
    /// before or after.
    @Test func contextExtensionsAreNoWayAroundAppDataUpdate() {
        let required = Extension(
            .requiredCapabilities, data: RequiredCapabilities(proposals: [.appDataUpdate]).encoded)
        let data = AppDataDictionary([ComponentData(ComponentID(0x8001), data: [1])]).encoded
        let dictionary = Extension(.appDataDictionary, data: data)
        for (before, after) in [
            ([required], [required, dictionary]), ([required], [dictionary]),
            ([], [required, dictionary]), ([required, dictionary], [required]),
        ] {
            let group = ForgedGroup(size: 3, extensions: before)
            let change = Proposal.groupContextExtensions(after)
            #expect(rule(group, group.proposal(change)) == .groupContextExtensions)
            #expect(
                rule(group, group.commit([.proposal(change)])) == .groupContextExtensions)
        }
        let group = ForgedGroup(size: 3, extensions: [required, dictionary])
        let same = Proposal.groupContextExtensions([dictionary, required])
        #expect(rule(group, group.commit([.proposal(same)])) == nil)
    }

    /// What a commit removes must be there, with or without other context extensions in the list.
    @Test func aRemovalNeedsTheComponentsState() {
        let id = ComponentID(0x8001)
        let remove = ProposalOrRef.proposal(.appDataUpdate(AppDataUpdate(id, .remove)))
        let data = AppDataDictionary([ComponentData(id, data: [1])]).encoded
        let dictionary = Extension(.appDataDictionary, data: data)
        let empty = ForgedGroup(size: 2)
        #expect(rule(empty, empty.commit([remove])) == .appDataUpdate)
        let bringing = ProposalOrRef.proposal(.groupContextExtensions([dictionary]))
        let update = ProposalOrRef.proposal(.appDataUpdate(AppDataUpdate(id, .update([2]))))
        #expect(rule(empty, empty.commit([update, remove])) == .componentUpdates)
        let full = ForgedGroup(size: 2, extensions: [dictionary])
        #expect(rule(full, full.commit([remove])) == nil)
        let twice = full.commit([remove, remove])
        #expect(rule(full, twice) == .componentUpdates)
        // Context extensions of the same commit come first: what they bring can be removed, and what
        // they take can't.
        #expect(rule(empty, empty.commit([bringing, remove])) == nil)
        let gone = full.commit([.proposal(.groupContextExtensions([])), remove])
        #expect(rule(full, gone) == .appDataUpdate)
    }

    /// An observer decrypts nothing, but it counts.
    @Test func missingPathNodes() {
        for size in [2, 3, 5, 8] {
            let group = ForgedGroup(size: size)
            for place in 0..<group.group.tree.filteredDirectPath(of: 0).count {
                var edits = CommitEdits()
                edits.path = { $0.nodes.remove(at: place) }
                #expect(rule(group, group.commit(edits: edits)) == .pathShape)
                edits.path = { $0.nodes[place].encryptedPathSecrets = [] }
                #expect(rule(group, group.commit(edits: edits)) == .pathShape)
            }
            var edits = CommitEdits()
            edits.path = { $0.nodes = [] }
            #expect(rule(group, group.commit(edits: edits)) == .pathShape)
        }
    }

    @Test func anEmptyParentHash() {
        let group = ForgedGroup(size: 4)
        var edits = CommitEdits()
        edits.leaf = { $0.source = .commit(parentHash: []) }
        #expect(rule(group, group.commit(edits: edits)) == .pathParentHash)
        #expect(rule(group, group.externalCommit(by: joiner, edits: edits)) == .pathParentHash)
        // In a tree that is imported, of parents and of leaves.
        let nodes = group.group.tree.exchanged.nodes
        for place in [1, 5] {
            var changed = nodes
            guard var parent = nodes[place]?.parent else { continue }
            parent.parentHash = []
            changed[place] = .parent(parent)
            #expect(rule(importing: changed) == .importedParentHash, "node \(place)")
        }
    }

    /// A parent hash reaches over blanks: they neither break the chain nor hide that it is broken.
    @Test func blanksInTheParentHashChain() {
        var group = ForgedGroup(size: 8)
        group.accept(group.commit(by: 0, [.proposal(.remove(leaf: 5))]))
        group.accept(group.commit(by: 7))
        let nodes = group.group.tree.exchanged.nodes
        #expect(nodes.indices.contains { $0 % 2 == 1 && nodes[$0] == nil })
        #expect(rule(importing: nodes) == nil)
        // A key of no path, above a blank.
        for place in nodes.indices where place % 2 == 1 {
            var changed = nodes
            changed[place] = .parent(
                ParentNode(encryptionKey: joiner.hpkeKey("planted"), parentHash: []))
            #expect(rule(importing: changed) == .importedParentHash, "node \(place)")
            guard nodes[place] != nil else { continue }
            changed[place] = nil
            let broken = rule(importing: changed)
            let isTop = NodeIndex(place) == group.group.tree.root
            #expect(isTop || broken == .importedParentHash, "node \(place)")
        }
    }

    @Test func unmergedLeavesThatAreNotSorted() {
        var group = ForgedGroup(size: 8)
        let more = (1...2).map { ForgedClient("new \($0)", .x25519Aes128) }
        group.accept(
            group.commit(
                by: 0, [.proposal(.remove(leaf: 1)), .proposal(.remove(leaf: 2))]))
        group.accept(
            group.commit(by: 7, more.map { .proposal(.add($0.keyPackage())) }, joining: more))
        let nodes = group.group.tree.exchanged.nodes
        guard var parent = nodes[3]?.parent, parent.unmergedLeaves == [1, 2] else {
            Issue.record("unmerged leaves: \(nodes[3]?.parent?.unmergedLeaves ?? [])")
            return
        }
        #expect(rule(importing: nodes) == nil)
        for list in [[2, 1], [1, 1, 2], [1, 2, 2], [1, 2, .max], [0, 1, 2, 3, 4]] as [[UInt32]] {
            parent.unmergedLeaves = list
            var changed = nodes
            changed[3] = .parent(parent)
            #expect(rule(importing: changed) == .importedTree, "\(list)")
        }
    }

    /// Numbers of leaves up to the largest are refused and computed with nowhere.
    @Test func leafIndicesOverflow() {
        let group = ForgedGroup(size: 3)
        for index: UInt32 in [3, 4, 1 << 30, 1 << 31 - 1, 1 << 31, .max - 1, .max] {
            #expect(rule(group, group.proposal(.remove(leaf: index))) == .remove)
            #expect(rule(group, group.commit([.proposal(.remove(leaf: index))])) != nil)
            let sender = group.proposal(
                .remove(leaf: 1), as: .member(leaf: index), signedBy: group.clients[0])
            #expect(rule(group, sender) == .senderAndTags)
            var edits = CommitEdits()
            edits.groupInfo = { $0.signer = index }
            #expect(rule(group, group.commit(edits: edits)) == .groupInfo)
        }
    }

    /// A removal at the right end makes the tree smaller, and an addition in the same commit makes it
    /// as large as it needs.
    @Test func removalsAndAdditionsInOneCommit() {
        for (size, removed, added) in [(5, [4], 1), (5, [4], 4), (9, [8, 7], 1), (3, [2], 3)] {
            var group = ForgedGroup(size: size)
            let joiners = (0..<added).map { ForgedClient("joiner \($0)", .x25519Aes128) }
            let list =
                joiners.map { ProposalOrRef.proposal(.add($0.keyPackage())) }
                + removed.map { .proposal(.remove(leaf: UInt32($0))) }
            group.accept(group.commit(list, joining: joiners))
            let fresh = RatchetTree(nodes: group.group.tree.exchanged, hash: .sha256)
            #expect(fresh.treeHash == group.group.context.treeHash)
            #expect(fresh.width == group.group.tree.width)
            let left = size - removed.count
            #expect(group.group.tree.occupied(below: group.group.tree.root) == left + added)
        }
    }

    /// The place of a joiner is found after the leavers are out.
    @Test func aJoinersPlaceCountsSelfRemoves() {
        for leaver: UInt32 in [1, 3] {
            var group = ForgedGroup(size: 4)
            let leave = group.queue(.selfRemove, by: leaver)
            group.accept(group.externalCommit(by: joiner, [leave]))
            #expect(group.group.tree.leaf(at: leaver)?.signatureKey == joiner.signatureKey)
            #expect(group.group.tree.occupied(below: group.group.tree.root) == 4)
        }
    }

    /// Who is removed by a commit need not support what it brings.
    @Test func removedMembersDoNotCount() {
        let new = ExtensionType(0xf0b0)
        let group = ForgedGroup(size: 3) {
            if $0.name != "client 2" { $0.capabilities.extensions.append(new) }
        }
        let change = ProposalOrRef.proposal(
            .groupContextExtensions([Extension(new, data: [])]))
        #expect(rule(group, group.commit([change])) == .groupContextExtensions)
        #expect(rule(group, group.commit([change, .proposal(.remove(leaf: 2))])) == nil)
        #expect(
            rule(group, group.commit([change, .proposal(.remove(leaf: 1))]))
                == .groupContextExtensions)
    }

    /// A ReInit that is refused, at whatever stage, closes nothing.
    @Test func aRefusedReInitChangesNothing() {
        var group = ForgedGroup(size: 3)
        let reInit = ProposalOrRef.proposal(
            .reInit(
                ReInit(
                    groupID: [9], version: .mls10, cipherSuite: CipherSuiteID(1), extensions: [])))
        let before = group.state.stateHash
        for edit: (inout GroupInfo) -> Void in [
            { $0.confirmationTag[0] ^= 1 }, { $0.groupContext.epoch += 1 }, { $0.signature = [1] },
        ] {
            var edits = CommitEdits()
            edits.groupInfo = edit
            #expect(rule(group, group.commit([reInit], edits: edits)) != nil)
        }
        #expect(rule(group, group.commit([reInit, .proposal(.remove(leaf: 1))])) != nil)
        #expect(group.state.stateHash == before && group.state.status == .open)
        group.accept(group.commit())
        #expect(group.group.reInit == nil)
        group.accept(group.commit([reInit]))
        #expect(group.state.status == .closing)
    }

    // MARK: Keys that were replaced

    /// A provider's new key is the only one from the commit on that names it.
    @Test func anExternalSendersOldKey() {
        func list(_ client: ForgedClient) -> [Extension] {
            let senders = ExternalSenders([
                ExternalSender(
                    signatureKey: client.signatureKey, credential: client.credential)
            ])
            return [Extension(.externalSenders, data: senders.encoded)]
        }
        let (old, new) = (
            ForgedClient("old", .x25519Aes128), ForgedClient("other", .x25519Aes128)
        )
        var group = ForgedGroup(size: 3, extensions: list(old))
        func rule(_ client: ForgedClient) -> Rule? {
            let remove = group.proposal(
                .remove(leaf: 2), as: .external(index: 0), signedBy: client)
            return group.decide(remove.input).refusedRule
        }
        #expect(rule(old) == nil && rule(new) == .messageSignature)
        group.accept(group.commit([.proposal(.groupContextExtensions(list(new)))]))
        #expect(rule(old) == .messageSignature && rule(new) == nil)
        group.accept(group.commit([.proposal(.groupContextExtensions([]))]))
        #expect(rule(new) == .senderAndTags)
    }

    /// The same of a member that updated its leaf.
    @Test func aMembersOldKey() {
        var group = ForgedGroup(size: 3)
        let old = group.clients[1]!
        let new = ForgedClient("rotated", .x25519Aes128)
        let leaf = group.updateLeaf(of: 1) { leaf in
            leaf.signatureKey = new.signatureKey
            leaf.signature = new.sign(
                "LeafNodeTBS",
                leaf.toBeSigned(groupID: Array("group".utf8), leafIndex: 1))
        }
        let update = group.queue(.update(leaf), by: 1)
        // Until the commit the old key counts, and from then on it does not.
        let remove = Proposal.remove(leaf: 2)
        #expect(rule(group, group.proposal(remove, by: 1, signedBy: old)) == nil)
        group.accept(group.commit([update]))
        #expect(
            rule(group, group.proposal(remove, by: 1, signedBy: old)) == .messageSignature)
        #expect(rule(group, group.proposal(remove, by: 1, signedBy: new)) == nil)
    }
}
