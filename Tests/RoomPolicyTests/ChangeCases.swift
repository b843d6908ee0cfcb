import MLSMessages
import RoomPolicy
import RuleBook

private let preauthorized: @Sendable (inout TestRoom) -> Void = {
    $0.preauth = [NameClaims.entry("friend", role: 4), NameClaims.entry("user", role: 3)]
}
private let user: @Sendable (TestRoom) -> Actor = { $0.actor("user") }
private let joiner: @Sendable (TestRoom) -> Actor = { $0.actor("friend", .joiner) }
private let addFriend: @Sendable (inout TestRoom) -> Void = { $0.set("friend", 2, leaves: 0) }

private func clients(
    _ added: [String: Int] = [:], removed: [String: Int] = [:]
) -> @Sendable (inout RoomChange) -> Void {
    {
        for (name, count) in added { $0.addedClients[TestRoom.user(name)] = count }
        for (name, count) in removed { $0.removedClients[TestRoom.user(name)] = count }
    }
}

/// Users and clients: for each row of section F the capability, the change and whom it is about.
let changeCases: [PolicyCase] = [
    .change(
        .addParticipant, "capability", setUp: { $0.revoke(.canAddParticipant, from: 3) }, addFriend),
    .change(.addParticipant, "change", setUp: { $0.forbid(3, 0, 2) }, addFriend),
    .change(.addParticipant, "by a user", by: user, addFriend),
    .change(
        .removeParticipant, "capability", setUp: { $0.revoke(.canRemoveParticipant, from: 3) },
        { $0.set("user", 0) }),
    .change(
        .removeParticipant, "change", setUp: { $0.forbid(3, 2, 0) }, { $0.set("user", 0) }),
    .change(
        .addOwnClient, "capability", by: user, setUp: { $0.revoke(.canAddOwnClient, from: 2) },
        { $0.leaves["user"] = 2 }, describe: clients(["user": 1])),
    .change(
        .intent, "a client for another user", { $0.leaves["user"] = 2 },
        describe: clients(["user": 1])),
    .change(
        .intent, "a removed user with a new client", { $0.set("user", 0) },
        describe: clients(["user": 1])),
    .change(
        .removeOwnClient, "replacing a client", by: user,
        setUp: { $0.revoke(.canRemoveOwnClient, from: 2) }, { _ in },
        describe: clients(["user": 1], removed: ["user": 1])),
    .change(
        .intent, "a role and a client at once", { $0.set("user", 3) },
        describe: clients(removed: ["user": 1])),
    .change(
        .removeOwnClient, "capability", by: user,
        setUp: {
            $0.revoke(.canRemoveOwnClient, from: 2)
            $0.leaves["user"] = 2
        }, { $0.leaves["user"] = 1 }, describe: clients(removed: ["user": 1])),
    .change(
        .leave, "capability", by: user, setUp: { $0.revoke(.canRemoveSelf, from: 2) },
        { $0.set("user", 0) }),
    .change(
        .leave, "change", by: user, setUp: { $0.forbid(2, 2, 0) }, { $0.set("user", 0) }),
    .change(
        .kick, "capability", setUp: { $0.revoke(.canKick, from: 3) }, { $0.leaves["user"] = 0 },
        describe: clients(removed: ["user": 1])),
    .change(
        .kick, "by a user", by: user, { $0.leaves["other"] = 0 },
        describe: clients(removed: ["other": 1])),

    // Joining
    .change(.openJoin, "capability", by: joiner, addFriend),
    .change(
        .openJoin, "change", by: joiner,
        setUp: {
            $0.edit(0) { $0.capabilities = [.canOpenJoin] }
            $0.forbid(0, 0, 2)
        }, addFriend),
    .change(
        .openJoin, "not by an external commit", by: { $0.actor("friend", .member) },
        setUp: { $0.edit(0) { $0.capabilities = [.canOpenJoin] } }, addFriend),
    .change(
        .preauthorizedJoin, "another role", by: joiner, setUp: preauthorized, addFriend),
    .change(
        .preauthorizedJoin, "capability", by: joiner,
        setUp: {
            preauthorized(&$0)
            $0.revoke(.canJoinIfPreauthorized, from: 4)
        }, { $0.set("friend", 4, leaves: 0) }),
    .change(
        .joinCode, "another role", by: { $0.actor("friend", .joiner, code: 4) },
        setUp: { $0.edit(0) { $0.capabilities = [.canUseJoinCode] } }, addFriend),
    .change(
        .joinCode, "capability", by: { $0.actor("friend", .joiner, code: 2) }, addFriend),
    .change(
        .joinCode, "change", by: { $0.actor("friend", .joiner, code: 3) },
        setUp: { $0.edit(0) { $0.capabilities = [.canUseJoinCode] } },
        { $0.set("friend", 3, leaves: 0) }),

    // Roles
    .change(
        .ban, "capability", setUp: { $0.revoke(.canBan, from: 3) },
        { $0.set("user", 1, leaves: 0) }),
    .change(.ban, "change", setUp: { $0.forbid(3, 2, 1) }, { $0.set("user", 1, leaves: 0) }),
    .change(
        .ban, "of someone who is not on the list",
        setUp: {
            $0.revoke(.canBan, from: 3)
            $0.revoke(.canAddParticipant, from: 3)
        }, { $0.set("friend", 1, leaves: 0) }),
    .change(
        .unban, "capability", setUp: { $0.revoke(.canUnban, from: 3) },
        { $0.set("exile", 2, leaves: 0) }),
    .change(
        .unban, "change", setUp: { $0.forbid(3, 1, 2) }, { $0.set("exile", 2, leaves: 0) }),
    .change(
        .changeUserRole, "capability", setUp: { $0.revoke(.canChangeUserRole, from: 3) },
        { $0.set("user", 3) }),
    .change(.changeUserRole, "change", setUp: { $0.forbid(3, 2, 3) }, { $0.set("user", 3) }),
    .change(.changeUserRole, "by a user", by: user, { $0.set("other", 3) }),
    .change(
        .changeOwnRole, "capability", by: user, setUp: preauthorized, { $0.set("user", 3) }),
    .change(
        .changeOwnRole, "another role", by: user,
        setUp: {
            preauthorized(&$0)
            $0.edit(2) { $0.capabilities.append(.canChangeOwnRole) }
        }, { $0.set("user", 4) }),
]

/// Components, what is left of MLS, and what the room is afterwards.
let itemCases: [PolicyCase] =
    metadataCases + [
        .change(
            .changePolicy, "roles", by: user, { $0.edit(4) { $0.name = Text("visitor") } },
            describe: { $0.items = [.component(.rolesList)] }),
        .change(
            .changePolicy, "preauthorization", by: user, preauthorized,
            describe: { $0.items = [.component(.preauthList)] }),
        .change(
            .changePolicy, "base", by: user, { $0.base.isDiscoverable = true },
            describe: { $0.items = [.component(.baseRoomPolicy)] }),
        .change(
            .defaultDeny, "operational policy", by: user, { _ in },
            describe: { $0.items = [.component(.operationalPolicy)] }),
        .change(
            .defaultDeny, "another component", by: user, { _ in },
            describe: { $0.items = [.component(.botPolicy)] }),
        .change(
            .defaultDeny, "an update by an external sender",
            by: { _ in Actor(.external(isHub: true), user: nil, credential: .basic(identity: [])) },
            { _ in }, describe: { $0.items = [.psk] }),
        .change(
            .defaultDeny, "group_context_extensions", { _ in },
            describe: { $0.items = [.groupContextExtensions(isRequired: false)] }),
        .change(
            .intent, "an update of the list that changes nothing", { _ in },
            describe: {
                $0.items = [.component(.participantList)]
                $0.isIdle = true
            }),
        .change(
            .defaultDeny, "required extensions by an external sender",
            by: { _ in Actor(.external(isHub: false), user: nil, credential: .basic(identity: []))
            },
            { _ in }, describe: { $0.items = [.groupContextExtensions(isRequired: true)] }),
        .change(
            .defaultDeny, "an ephemeral that is not app_ack", { _ in },
            describe: { $0.items = [.ephemeral(.frankAAD)] }),
        .change(
            .defaultDeny, "an unknown proposal", { _ in },
            describe: { $0.items = [.other(ProposalType(0xf00d))] }),
        .change(
            .defaultDeny, "an external commit that the operational policy does not allow",
            by: joiner,
            setUp: {
                $0.edit(0) { $0.capabilities = [.canOpenJoin] }
                $0.operate { $0.allowsExternalCommits = false }
            }, addFriend),
        .change(
            .defaultDeny, "an external proposal that the operational policy does not allow",
            by: { $0.actor("user", .applicant) },
            setUp: { $0.operate { $0.allowsExternalProposals = false } },
            { $0.leaves["user"] = 2 }, describe: clients(["user": 1])),
        .change(
            .defaultDeny, "another franking agent",
            setUp: {
                $0.others[.frankingAgent] =
                    FrankingAgent(
                        signatureKey: [1], credential: .basic(identity: [])
                    ).encoded
            },
            {
                $0.others[.frankingAgent] =
                    FrankingAgent(
                        signatureKey: [2], credential: .basic(identity: [])
                    ).encoded
            }, describe: { $0.items = [.component(.frankingAgent)] }),
        .change(.endGroup, "reinit", by: user, { _ in }, describe: { $0.items = [.reInit] }),
    ] + endCases

private let metadataCases: [PolicyCase] = [
    ("name", Capability.canChangeRoomName), ("description", .canChangeRoomDescription),
    ("avatar", .canChangeRoomAvatar), ("subject", .canChangeRoomSubject),
    ("mood", .canChangeRoomMood),
].map { field, capability in
    .change(
        .changeMetadata, field,
        setUp: {
            $0.metadata = RoomMetadata(uri: TestRoom.uri)
            $0.revoke(capability, from: 3)
        },
        {
            switch field {
            case "name": $0.metadata?.name = Text("new")
            case "description":
                $0.metadata?.descriptions = [
                    .init(mediaType: "text/plain", language: "en", content: "new")
                ]
            case "avatar": $0.metadata?.avatar = [1]
            case "subject": $0.metadata?.subject = Text("new")
            default: $0.metadata?.mood = Text("new")
            }
        }, describe: { $0.items = [.component(.roomMetadata)] })
}

private let endCases: [PolicyCase] = [
    .change(
        .roleBounds, "too many", setUp: { $0.edit(2) { $0.participants = .init(0, 2) } }, addFriend),
    .change(
        .roleBounds, "too few", setUp: { $0.edit(2) { $0.participants = .init(2) } },
        { $0.set("user", 0) }),
    .change(
        .roleBounds, "too many active",
        setUp: {
            $0.edit(2) { $0.activeParticipants = .init(0, 1) }
            $0.leaves["user"] = 0
        }, { $0.leaves["user"] = 1 }, describe: { _ in }),
    .change(
        .roleBounds, "too few active", setUp: { $0.edit(2) { $0.activeParticipants = .init(2) } },
        { $0.leaves["user"] = 0 }, describe: clients(removed: ["user": 1])),
    .change(
        .fixedMembership, "join", by: joiner,
        setUp: {
            $0.base.isFixedMembership = true
            $0.revoke(.canAddParticipant, from: 3)
            $0.edit(0) { $0.capabilities = [.canOpenJoin] }
        }, addFriend),
    .change(
        .fixedMembership, "leave", by: user,
        setUp: {
            $0.base.isFixedMembership = true
            $0.revoke(.canAddParticipant, from: 3)
        }, { $0.set("user", 0) }),
    .change(
        .roomSize, "clients", setUp: { $0.base.maximumClients = 3 }, { $0.leaves["user"] = 2 }),
    .change(
        .roomSize, "users", setUp: { $0.base.maximumUsers = 3 }, addFriend),
    .change(
        .roomSize, "devices", by: user, setUp: { $0.base.isMultiDevice = false },
        { $0.leaves["user"] = 2 }, describe: clients(["user": 1])),
    .change(
        .parentRoom, "a stranger",
        parent: ParticipantList(
            TestRoom.usual.participants.map { UserRolePair(TestRoom.user($0.user), role: 2) }),
        setUp: {
            $0.base.isParentDependent = true
            $0.base.parentRooms = [Array("mimi://a.example/r/parent".utf8)]
        }, addFriend),
    .change(
        .envelope, "a capability", envelope: envelope { $0.forbidden = [.canOpenJoin] },
        { $0.edit(0) { $0.capabilities = [.canOpenJoin] } },
        describe: { $0.items = [.component(.rolesList)] }),
    .change(
        .envelope, "users", envelope: envelope { $0.maximumUsers = 10 },
        setUp: { $0.base.maximumUsers = 10 }, { $0.base.maximumUsers = 11 },
        describe: { $0.items = [.component(.baseRoomPolicy)] }),
    .change(
        .envelope, "clients", envelope: envelope { $0.maximumClients = 10 },
        setUp: { $0.base.maximumClients = 10 }, { $0.base.maximumClients = nil },
        describe: { $0.items = [.component(.baseRoomPolicy)] }),
]

private func envelope(_ edit: (inout PolicyEnvelope) -> Void) -> PolicyEnvelope {
    var envelope = PolicyEnvelope()
    edit(&envelope)
    return envelope
}
