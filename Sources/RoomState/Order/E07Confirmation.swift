import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// E-7: the GroupContext that a commit makes holds, byte for byte, what the room's state says: the one
/// in its GroupInfo, by which its maker confirms it, and which must be the hub's own as a whole (D-60).
extension Trial {
    /// `own` is what the commit's proposals make of the policy, `whole` what all that waits and the
    /// commit make of it; they may differ in the order of what is appended to lists, which is that of
    /// the commit (H-2).
    func checkConfirmation(
        _ companions: CommitCompanions, _ own: RoomPolicy, of whole: RoomPolicy?
    ) throws(Refusal) {
        let expected = own.dictionary.encoded
        // Of a partial GroupInfo the signature says the same (D-60).
        var found = expected
        if case .full(let info)? = companions.groupInfo {
            found = info.groupContext.extensions.data(of: .appDataDictionary) ?? []
        }
        let differs = whole.flatMap { own.firstDifference(from: $0) }
        try rules.require(
            .confirmation, found == expected && differs == nil, "app_data_dictionary",
            expected: differs.map { "component \($0) of the room" } ?? hex(expected),
            found: differs == nil ? hex(found) : "another")
    }
}

extension RoomPolicy {
    /// A component that is another one; of lists the order does not count.
    fileprivate func firstDifference(from other: RoomPolicy) -> ComponentID? {
        Set(components.keys).union(other.components.keys).sorted().first { component in
            let (a, b) = (components[component], other.components[component])
            if a == b { return false }
            switch component {
            case .participantList:
                return Set(participants.participants) != Set(other.participants.participants)
            case .joinLinks:
                let links = [a, b].map { Set((try? JoinLinks(parsing: $0 ?? []))?.links ?? []) }
                return links[0] != links[1]
            default:
                return true
            }
        }
    }
}
