import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomState
import TestSupport

extension GrowthWorkload {
    static let groups: [GrowthWorkload] = [
        GrowthWorkload(name: "import-tree") { size in
            let genesis = ForgedGroup.genesis(Crowd.tree(size), of: Crowd.creator)
            return {
                guard case .accepted = RoomState.decide(genesis, Crowd.profile) else {
                    return false
                }
                return true
            }
        },
        GrowthWorkload(name: "keep-state") { size in
            let state = RecordedState.group(try Crowd.state(size))
            let hash = state.stateHash
            return {
                let bytes = state.encoded
                let again = try? RecordedState(
                    encoded: bytes, expecting: hash, Crowd.profile, RoomServices())
                return again?.stateHash == hash
            }
        },
        GrowthWorkload(name: "queue-proposals") { size in
            let state = try Crowd.state(3)
            let proposals = (0..<UInt32(size)).map(Self.acknowledgement)
            return {
                var state = state
                for (number, proposal) in proposals.enumerated() {
                    let waiting = PendingProposal(
                        reference: SHA256.hash(UInt32(number).encoded).bytes,
                        sender: .member(leaf: 0), proposal: proposal)
                    guard (try? state.apply(.proposalQueued(waiting), Crowd.profile)) != nil
                    else { return false }
                }
                return state.group.pending.list.count == proposals.count
            }
        },
        GrowthWorkload(name: "one-more-proposal") { size in
            let state = try waiting(size, in: Crowd.state(3))
            let message = Crowd.message(.proposal(.remove(leaf: 1)), in: state.group)
            return { Crowd.isAccepted(message, by: state) }
        },
        GrowthWorkload(name: "commit-references") { size in
            let state = try waiting(size, in: Crowd.state(3))
            let list = state.group.pending.list.map { ProposalOrRef.reference($0.reference) }
            let message = Crowd.message(
                .commit(Commit(proposals: list, path: nil)), in: state.group)
            return { Crowd.isAccepted(message, by: state) }
        },
        GrowthWorkload(name: "commit-additions") { size in
            let state = try Crowd.state(3)
            let list = (0..<size).map { number in
                ProposalOrRef.proposal(.add(keyPackage(number + 3)))
            }
            let message = Crowd.message(
                .commit(Commit(proposals: list, path: nil)), in: state.group)
            var profile = Crowd.profile
            profile.enforcement = profile.enforcement.without([.keyPackage])
            let input = GroupHandshake(message: MLSMessage.publicMessage(message).encoded)
            return { [profile] in
                guard case .accepted = state.decide(input, now: ForgedGroup.now, profile) else {
                    return false
                }
                return true
            }
        },
        GrowthWorkload(name: "capabilities", limit: 20_000) { size in
            let types = (0..<UInt16(size)).map { ExtensionType(0xf000 &+ $0 &* 3) }
                .filter { !$0.isGREASE && $0.rawValue > 16 }
            var client = ForgedClient("client 0", .x25519Aes128)
            client.capabilities.extensions += types
            let required = RequiredCapabilities(extensions: types)
            let genesis = ForgedGroup.genesis(
                of: client, [Extension(.requiredCapabilities, data: required.encoded)])
            return {
                guard case .accepted = RoomState.decide(genesis, .plain) else { return false }
                return true
            }
        },
    ]

    /// An app_ack that differs from all others.
    private static func acknowledgement(_ number: UInt32) -> Proposal {
        .appEphemeral(
            AppEphemeral(.appAck, data: [12] + [0, 0, 0, 0, 0, 0, 0, 0] + number.encoded))
    }

    private static func waiting(_ size: Int, in state: RoomState) throws -> RoomState {
        var state = state
        for number in 0..<UInt32(size) {
            let waiting = PendingProposal(
                reference: SHA256.hash(number.encoded).bytes, sender: .member(leaf: 0),
                proposal: acknowledgement(number))
            try state.apply(.proposalQueued(waiting), Crowd.profile)
        }
        return state
    }

    private static func keyPackage(_ number: Int) -> KeyPackage {
        KeyPackage(
            version: .mls10, cipherSuite: CipherSuiteID(1),
            initKey: SHA256.hash(UInt32(number).encoded, [9]).bytes, leafNode: Crowd.leaf(number),
            extensions: [], signature: [])
    }
}
