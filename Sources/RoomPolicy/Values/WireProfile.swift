/// How the places are read in which the drafts contradict themselves or are incomplete: one switch for
/// each (section H of the rules). A room keeps the profile that it was created with.
package struct WireProfile: Hashable, Sendable {
    /// H-12: `target_role` of a preauthorization is a role's index, not a whole `Role`.
    package var preauthTargetIsIndex = false
    /// H-16 (d): lists of wire formats are vectors of vectors, as the draft has it.
    package var nestsWireFormats = false
    /// H-16 (g): `permitted_media_types` is a list, as the draft's prose has it.
    package var permitsMediaTypeList = false
    /// H-30: the participants of a child room are fewer than those of its parent.
    package var childRoomsAreStrict = false

    package init() {}

    /// The switches as one number, bit 0 being the first.
    package var bits: UInt8 {
        let switches = [
            preauthTargetIsIndex, nestsWireFormats, permitsMediaTypeList, childRoomsAreStrict,
        ]
        return switches.reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
    }

    /// The profile of a number; nil if it has bits that are none of the switches.
    package init?(bits: UInt8) {
        guard bits < 16 else { return nil }
        preauthTargetIsIndex = bits & 1 != 0
        nestsWireFormats = bits & 2 != 0
        permitsMediaTypeList = bits & 4 != 0
        childRoomsAreStrict = bits & 8 != 0
    }
}
