import EndpointMessages
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState

/// What clients ask of the hub besides updates.
extension Stage {
    // MARK: Key packages

    /// Fetches the key packages of the clients that an update adds, one request for each user.
    func keyPackages(
        for spec: UpdateSpec, by performer: Performer
    ) async throws -> [String: KeyPackage] {
        var names: [String] = []
        for case .addClient(let name) in spec.proposals { names.append(name) }
        var packages: [String: KeyPackage] = [:]
        for name in names where packages[name] == nil {
            let target = try self.performer(name)
            let (outcome, found) = try await fetch(
                of: target.user.description, by: performer, from: nil)
            for (uri, package) in found {
                for other in names
                where uri == "mimi://\(target.domain)/d/\(other)" && packages[other] == nil {
                    packages[other] = package
                }
            }
            if packages[name] == nil {
                let code = outcome.isSuccess ? "keyMaterialExhausted" : outcome.code
                throw EarlyEnd(
                    outcome: Outcome(
                        code: code, rules: outcome.rules, detail: "key packages of \(name)"))
            }
        }
        return packages
    }

    func fetchKeyMaterial(
        of user: String, by name: String, from source: String?
    ) async throws -> Outcome {
        try await fetch(of: user, by: performer(name), from: source).outcome
    }

    private func fetch(
        of user: String, by performer: Performer, from source: String?
    ) async throws -> (outcome: Outcome, packages: [(client: String, KeyPackage)]) {
        var request = KeyMaterialRequest(
            requestingUser: performer.user.bytes, targetUser: Array(user.utf8),
            roomID: Array(room.utf8), cipherSuites: [CipherSuiteID(suite.rawValue)],
            requiredCapabilities: RequiredCapabilities(
                extensions: [.appDataDictionary], proposals: [.appDataUpdate, .selfRemove]),
            signatureKey: performer.client.signatureKey,
            credential: performer.client.credential, signature: [])
        request.signature = try performer.client.sign(
            KeyMaterialRequest.label, request.toBeSigned)
        let answer = try await hub.keyMaterial(
            of: user, from: source ?? performer.domain, request.encoded)
        switch answer.outcome {
        case .refused(let refusal):
            return (Outcome(refusal, body: answer.body), [])
        case .answered(let status):
            let response = try KeyMaterialResponse(parsing: answer.body ?? [])
            let packages = response.clients.compactMap { client -> (String, KeyPackage)? in
                guard case .success(let package) = client.status else { return nil }
                return (String(decoding: client.clientURI, as: UTF8.self), package)
            }
            let code = KeyMaterialUserCode(rawValue: status).map { "\($0)" } ?? "\(status)"
            return (
                Outcome(code: code, rules: code == "success" ? [] : ["G-2", "G-15"]), packages
            )
        }
    }

    // MARK: GroupInfo

    /// What a client gets that asks for the room's GroupInfo.
    func fetchGroupInfo(
        by performer: Performer, code: String?, from source: String?
    ) async throws -> (outcome: Outcome, GroupInfoRatchetTreeTBE?) {
        let key = try suite.kem.deriveKeyPair(
            ikm: performer.random.bytes(suite.kem.privateKeySize))
        var request = GroupInfoRequest(
            cipherSuite: CipherSuiteID(suite.rawValue),
            requestingSignatureKey: performer.client.signatureKey,
            requestingCredential: performer.client.credential,
            groupInfoPublicKey: key.publicKey, joiningCode: code.map { Array($0.utf8) },
            signature: [])
        request.signature = try performer.client.sign(GroupInfoRequest.label, request.toBeSigned)
        record(.groupInfo, from: source ?? performer.domain, request.encoded)
        let answer = try await hub.groupInfo(
            room, from: source ?? performer.domain, request.encoded)
        if let refusal = answer.refusal { return (Outcome(refusal, body: answer.body), nil) }
        let response = try GroupInfoResponse(parsing: answer.body ?? [])
        guard case .success(let success) = response.status else {
            return (Outcome(code: "notAllowed", rules: ["G-6"]), nil)
        }
        guard
            suite.signature.verifyWithLabel(
                publicKey: success.hubSender.signatureKey, label: GroupInfoResponse.label,
                content: response.toBeSigned, signature: success.signature),
            success.hubSender == (try hubSender())
        else { return (Outcome(code: "invalidSignature"), nil) }
        let plaintext = try suite.decryptWithLabel(
            privateKey: key.privateKey, label: GroupInfoRatchetTreeTBE.label,
            context: response.roomID, sealed: success.encrypted.sealed)
        let found = try GroupInfoRatchetTreeTBE(parsing: plaintext)
        guard let live = try await hub.liveRoom(room),
            found.groupInfo.groupContext == live.group.context,
            found.pendingProposals.count == live.group.pending.list.count
        else { return (Outcome(code: "anotherState"), nil) }
        return (Outcome(code: "success", body: answer.body), found)
    }

    // MARK: Joining

    /// An external commit of a client, on the GroupInfo that it fetches.
    func prepare(
        _ spec: JoinSpec, by name: String, from source: String?
    ) async throws -> Prepared {
        let performer = try performer(name)
        let (outcome, found) = try await fetchGroupInfo(
            by: performer, code: spec.code, from: source)
        guard let found else {
            var outcome = outcome
            // Nobody is on the list before, or with, the client.
            if !spec.addsSelf, outcome.rules.contains("F-14") { outcome.rules.append("E-8") }
            throw EarlyEnd(outcome: outcome)
        }
        var tree: RatchetTreeNodes?
        if case .full(let nodes) = found.tree { tree = nodes }
        var profile = cast.profile
        func joiner() throws -> ExternalJoiner {
            var joiner = try ExternalJoiner(
                performer.client, found.groupInfo, tree: tree, psks: cast.psks, profile,
                performer.random)
            for entry in found.pendingProposals {
                if case .publicMessage(let message) = entry.message,
                    message.content.body == .proposal(.selfRemove)
                {
                    try joiner.take(entry.message)
                }
            }
            return joiner
        }
        let first = try joiner()
        var options = CommitOptions()
        let policy = try RoomPolicy(
            first.group.extensions.dictionary?.byComponent ?? [:],
            ComponentRegistry(WireProfile()))
        if spec.addsSelf {
            let update = ParticipantListUpdate(added: [
                UserRolePair(performer.user.bytes, role: role(for: spec, performer, policy))
            ])
            options.proposals.append(update.proposal)
        }
        if spec.removesOld {
            let old = first.group.tree.members.first {
                $0.leaf.credential == performer.client.credential
            }
            options.proposals.append(
                .remove(leaf: old?.index ?? UInt32(first.group.tree.width)))
        }
        options.framing.authenticatedData = authenticatedData(first.group)
        let made: MadeCommit
        do {
            made = try first.commit(options)
        } catch {
            profile.enforcement = .without(Self.judgingRules)
            made = try joiner().commit(options)
        }
        return try finished(
            made, UpdateSpec(),
            Prepared(provider: source ?? performer.domain, body: [], sender: name), performer,
            context: [], leaf: made.next.leafIndex)
    }

    /// The role that a joiner asks for.
    private func role(
        for spec: JoinSpec, _ performer: Performer, _ policy: RoomPolicy
    ) -> UInt32 {
        if let role = spec.role { return role }
        if let role = spec.code.flatMap({ codeRoles[$0] }) { return role }
        let matchers = RoomServices().matchers
        if let role = policy.preauthorizedRole(of: performer.client.credential, matchers) {
            return role
        }
        let open = policy.role(Role.nobody).changes.first { $0.from == Role.nobody }?.targets.first
        return open ?? policy.roles.roles.map(\.index).filter { $0 > Role.banned }.min() ?? 2
    }

    // MARK: Messages

    func prepare(
        _ spec: MessageSpec, by name: String, from source: String?
    ) async throws -> Prepared {
        let performer = try performer(name)
        guard let live = try await hub.liveRoom(room) else {
            throw ScenarioError("there is no room", at: "")
        }
        let current = performer.member ?? performer.past.last
        let own = Int64(clamping: current?.epoch ?? live.group.context.epoch)
        let epoch = UInt64(clamping: own + Int64(spec.epochDelta))
        let data = try authenticatedData(spec, live, performer)
        let message: MLSMessage
        if var member = performer.member(in: epoch), member.group.reInit == nil {
            message = try member.encrypt(
                [UInt8](repeating: 0x61, count: spec.size), authenticatedData: data)
            cast.performers[name]?.replace(member)
        } else {
            // Nobody can read it, and nobody will get it.
            message = .privateMessage(
                PrivateMessage(
                    groupID: live.group.context.groupID, epoch: epoch,
                    contentType: .application, authenticatedData: data,
                    encryptedSenderData: try performer.random.bytes(28),
                    ciphertext: try performer.random.bytes(spec.size + 32)))
            unreadable.insert(message.encoded)
        }
        let user = spec.user.map { Array($0.utf8) } ?? performer.user.bytes
        return Prepared(
            kind: .message, provider: source ?? performer.domain,
            body: SubmitMessageRequest(message: message, sendingURI: user).encoded, sender: name,
            messages: [message])
    }

    private func authenticatedData(
        _ spec: MessageSpec, _ live: MIMIRoom, _ performer: Performer
    ) throws -> [UInt8] {
        guard spec.isFranked else {
            return live.group.extensions.isSafeAADRequired ? SafeAAD([]).encoded : []
        }
        return SafeAAD([
            ComponentData(.frankAAD, data: try performer.random.bytes(32))
        ]).encoded
    }

    /// Whether an accepted message has the Frank that it should have: one of the hub, if it asked for
    /// one in a room with a franking agent.
    func franking(of prepared: Prepared, _ outcome: Outcome) throws -> String? {
        let response = try SubmitMessageResponse(parsing: outcome.body ?? [])
        let request = try SubmitMessageRequest(parsing: prepared.body)
        guard case .accepted(let time, let frank) = response,
            case .privateMessage(let message) = request.message
        else { return "no acceptance" }
        let tag = FrankAAD(in: message)?.frankingTag
        guard file.room.hasFrankingAgent, let tag else {
            return frank == nil ? nil : "a Frank that nobody asked for"
        }
        guard let frank else { return "no Frank" }
        let context = ServerFrankingContext(
            senderURI: request.sendingURI, roomURI: Array(room.utf8), acceptedTimestamp: time)
        let secret = try configuration.frankingSecrets[0]
        let mac = try HashAlgorithm.sha256.hmac(key: secret, tag.bytes + context.encoded)
        let signed = FrankingIntegrityTBS(
            serverFrank: frank.serverFrank, cipherSuite: frank.cipherSuite, context: context)
        guard frank.serverFrank.bytes == mac,
            suite.signature.verifyWithLabel(
                publicKey: try hubSender().signatureKey, label: FrankingIntegrityTBS.label,
                content: signed.encoded, signature: frank.integritySignature)
        else { return "a Frank that does not verify" }
        return nil
    }

    // MARK: Consent

    func perform(_ spec: ConsentSpec) async throws -> Outcome {
        let isTarget = spec.operation == .grant || spec.operation == .revoke
        let operations: [ConsentSpec.Operation: ConsentOperation] = [
            .grant: .grant, .revoke: .revoke, .request: .request, .cancel: .cancel,
        ]
        let entry = ConsentEntry(
            operation: operations[spec.operation] ?? .cancel,
            requesterURI: Array((isTarget ? spec.to : spec.by).utf8),
            targetURI: Array((isTarget ? spec.by : spec.to).utf8),
            roomID: spec.room.map { Array($0.utf8) })
        cast.providers.take(entry)
        let domains = [spec.by, spec.to].compactMap { MIMIURI($0)?.domain }
        guard domains.contains(file.hub) else { return .success }
        let refusal = try await hub.consent(from: domains.first ?? "", entry.encoded)
        return refusal.map { Outcome($0, body: nil) } ?? .success
    }
}

extension Performer {
    /// Puts a member's newer value in its place.
    fileprivate mutating func replace(_ newer: Member) {
        if member?.epoch == newer.epoch {
            member = newer
        } else if let place = past.lastIndex(where: { $0.epoch == newer.epoch }) {
            past[place] = newer
        }
    }
}
