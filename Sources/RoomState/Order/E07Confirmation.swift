import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// E-7: the GroupContext that a commit makes holds, byte for byte, what the room's state says. Since
/// the GroupInfo of the commit must have that GroupContext (D-60), its maker has confirmed it.
extension Trial {
    func checkConfirmation(
        _ change: GroupChange, _ policy: RoomPolicy
    ) throws(Refusal) {
        let extensions = change.extensions ?? group.context.extensions
        let found = extensions.data(of: .appDataDictionary) ?? []
        let expected = policy.dictionary.encoded
        try rules.require(
            .confirmation, found == expected, "app_data_dictionary", expected: hex(expected),
            found: hex(found))
    }
}
