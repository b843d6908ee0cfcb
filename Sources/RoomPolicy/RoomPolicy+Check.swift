import MLSMessages
import PresentationLanguage
import RuleBook

/// What a policy must be by itself, whoever made it: A-1, A-7, B-3, B-7, B-13 and F-V.
extension RoomPolicy {
    /// `room` is the URI of the room.
    package func check(room: [UInt8], _ rules: Enforcement) throws(Refusal) {
        try checkParticipants(rules)
        try checkRoles(rules)
        try checkPreauth(rules)
        try checkBase(rules)
        try checkMetadata(room, rules)
        try checkOtherComponents(rules)
    }

    // MARK: A-1, B-3

    private func checkParticipants(_ rules: Enforcement) throws(Refusal) {
        let repeated = participants.repeatedUser
        try rules.require(
            .participantList, repeated == nil, "participant list", expected: "each user once",
            found: "\(text(repeated ?? [])) twice")
        for participant in participants.participants {
            try rules.require(
                .uri, MIMIURI(participant.user, .user) != nil, "participant list",
                expected: "the URI of a user", found: text(participant.user))
            try rules.require(
                .participantList,
                participant.role != Role.nobody && roles[participant.role] != nil,
                "participant \(text(participant.user))", expected: "a role that is defined",
                found: "role \(participant.role)")
        }
    }

    // MARK: B-7, F-V

    private func checkRoles(_ rules: Enforcement) throws(Refusal) {
        var indices = Set<UInt32>()
        for role in roles.roles {
            try require(
                rules, indices.insert(role.index).inserted, role, "an index of its own", "it again")
        }
        for role in roles.roles { try check(role, indices, rules) }
        let bans: Set<Capability> = [.canBan, .canUnban]
        try rules.require(
            .bannedRole,
            roles[Role.banned].map { $0.name == Role.bannedName } ?? true
                || !roles.roles.contains { !bans.isDisjoint(with: $0.capabilities) },
            "role 1", expected: "the name \"banned\"",
            found: roles[Role.banned]?.name.description ?? "")
    }

    private func check(
        _ role: Role, _ indices: Set<UInt32>, _ rules: Enforcement
    ) throws(Refusal) {
        let open = role.has(.canOpenJoin) && role.index != Role.nobody
        try require(rules, !open, role, "canOpenJoin of role 0 only", "it")
        let adds = role.has(.canAddParticipant) && role.index > Role.banned
        try require(
            rules, !(adds && base.isFixedMembership), role,
            "no canAddParticipant where membership is fixed", "it")
        for bounds in [role.participants, role.activeParticipants] {
            try require(
                rules, bounds.minimum <= bounds.maximum ?? .max, role,
                "a minimum that is not above the maximum",
                "\(bounds.minimum) and \(bounds.maximum ?? 0)")
        }
        var sources = Set<UInt32>()
        for change in role.changes {
            try require(
                rules, sources.insert(change.from).inserted, role,
                "one entry for changes from a role", "another from \(change.from)")
            let unknown = change.targets.first { $0 != Role.nobody && !indices.contains($0) }
            try require(
                rules, unknown == nil, role, "changes to roles that are defined",
                "role \(unknown ?? 0)")
        }
    }

    // MARK: F-V: preauthorization, H-12, H-13

    private func checkPreauth(_ rules: Enforcement) throws(Refusal) {
        for (place, entry) in preauth.entries.enumerated() {
            try rules.require(
                .policyContent, !entry.claims.isEmpty, "preauthorization \(place)",
                expected: "claims", found: "none")
            let target = entry.target.index
            try rules.require(
                .policyContent, roles[target] != nil,
                "preauthorization \(place)", expected: "a role that is defined",
                found: "role \(target)")
        }
    }

    // MARK: B-13, F-V: base policy

    private func checkBase(_ rules: Enforcement) throws(Refusal) {
        let parents = base.parentRooms
        try rules.require(
            .parentRoom, parents.count == (base.isParentDependent ? 1 : 0), "base room policy",
            expected: base.isParentDependent ? "one parent room" : "no parent room",
            found: "\(parents.count)")
        for parent in parents {
            try rules.require(
                .parentRoom, MIMIURI(parent, .room) != nil, "base room policy",
                expected: "the URI of a room", found: text(parent))
        }
        let listed = Set(base.policyComponents)
        let missing = components.keys.sorted().first {
            ComponentRegistry.policyComponents.contains($0) && $0 != .baseRoomPolicy
                && !listed.contains($0)
        }
        try rules.require(
            .policyContent, missing == nil, "policy_component_ids",
            expected: "every policy component of the room",
            found: "not \(missing?.description ?? "")")
    }

    // MARK: A-7

    private func checkMetadata(_ room: [UInt8], _ rules: Enforcement) throws(Refusal) {
        guard let metadata else { return }
        try rules.require(
            .roomURI, metadata.uri == room, "room metadata", expected: "room_uri \(text(room))",
            found: text(metadata.uri))
        try rules.require(
            .policyContent, !metadata.texts.contains { $0.bytes.contains(0) }, "room metadata",
            expected: "text without NUL", found: "one")
    }

    // MARK: F-V: roles named elsewhere

    private func checkOtherComponents(_ rules: Enforcement) throws(Refusal) {
        for index in chatHistory?.details?.roles ?? [] {
            try rules.require(
                .policyContent,
                index > Role.banned
                    && roles[index].map { $0.activeParticipants.maximum != 0 } ?? false,
                "chat history policy", expected: "roles that have clients", found: "role \(index)")
        }
        for bot in bots?.bots ?? [] {
            try rules.require(
                .policyContent, bot.role != Role.nobody && roles[bot.role] != nil, "bot policy",
                expected: "a role that is defined", found: "role \(bot.role)")
        }
    }

    private func require(
        _ rules: Enforcement, _ condition: Bool, _ role: Role,
        _ expected: @autoclosure () -> String,
        _ found: @autoclosure () -> String
    ) throws(Refusal) {
        try rules.require(
            .policyContent, condition, "role \(role.index)", expected: expected(), found: found())
    }
}

/// Bytes that should be text, as a refusal shows them.
package func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
