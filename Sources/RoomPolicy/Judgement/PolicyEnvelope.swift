import RuleBook

/// What a hub does not let a room's policy allow, whatever its roles say (B-11).
package struct PolicyEnvelope: Hashable, Sendable {
    /// Capabilities that no role may have.
    package var forbidden: Set<Capability> = []
    package var maximumUsers: UInt32?
    package var maximumClients: UInt32?

    package init() {}

    /// Refuses a policy that is outside.
    package func check(_ policy: RoomPolicy, _ rules: Enforcement) throws(Refusal) {
        for role in policy.roles.roles {
            let excess = role.capabilities.first { forbidden.contains($0) }
            try rules.require(
                .envelope, excess == nil, "role \(role.index)",
                expected: "capabilities that the hub allows", found: excess?.name ?? "")
        }
        for (name, limit, given) in [
            ("max_users", maximumUsers, policy.base.maximumUsers),
            ("max_clients", maximumClients, policy.base.maximumClients),
        ] {
            guard let limit else { continue }
            try rules.require(
                .envelope, given ?? .max <= limit, "base room policy",
                expected: "\(name) of at most \(limit)", found: given.map { "\($0)" } ?? "none")
        }
    }
}
