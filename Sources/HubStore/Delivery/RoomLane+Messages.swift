import EndpointMessages
import EventLog
import LMDBStore
import MLSCrypto
import MLSMessages
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState
import RuleBook

/// Messages of a room (MIMI protocol §5.4), in order with its updates.
extension RoomLane {
    /// Judges a message, franks it and sends it out.
    func submit(
        _ body: [UInt8], from provider: String
    ) async throws(HubError) -> MessageAnswer {
        try await inTurn { (lane) throws(RoomLogError) in
            try await lane.perform(message: body, from: provider)
        }
    }

    private func perform(
        message body: [UInt8], from provider: String
    ) async throws(RoomLogError) -> MessageAnswer {
        let key = Self.request(body, from: provider)
        // G-16
        if let answer = try row(roomKey + key, on: .messageAnswer),
            let response = try? SubmitMessageResponse(parsing: answer)
        {
            return MessageAnswer(response)
        }
        if let refusal = hub.configuration.limits.excess(of: body) {
            return refuse(refusal, provider)
        }
        let request: SubmitMessageRequest
        do {
            request = try SubmitMessageRequest(parsing: body)
        } catch {
            return refuse(
                HubRefusal(
                    .malformed, rule: .canonicalEncoding, item: "message",
                    expected: "a SubmitMessageRequest", found: error.description), provider)
        }
        do {
            try room.judge(request.message, from: request.sendingURI, of: Text(provider))
        } catch {
            let code: HubRefusal.Code =
                switch error.rule {
                case .wireFormat: .malformed
                case .submitMessage where room.isTooOld(request.message): .epochTooOld
                default: .notAllowed
                }
            return refuse(HubRefusal(code, error), provider)
        }
        return try await send(request, key)
    }

    private func refuse(_ refusal: HubRefusal, _ provider: String) -> MessageAnswer {
        hub.note(refusal, of: room.settings.room.description, from: provider)
        return MessageAnswer(refusal, epoch: room.group.context.epoch)
    }

    private func send(
        _ request: SubmitMessageRequest, _ key: [UInt8]
    ) async throws(RoomLogError) -> MessageAnswer {
        let time = nextTime
        let frank = frank(request, time)
        var fanout = Fanout(room, time: time)
        fanout.send(request.message, frank)
        let response = SubmitMessageResponse.accepted(acceptedTimestamp: time, frank: frank)
        var rows = fanout.rows
        rows.put(response.encoded, for: roomKey + key, on: .messageAnswer)
        rows.put(time.encoded, for: roomKey, on: .roomTime)
        try await write(rows)
        latestTime = time
        hub.deliveries.grew()
        return MessageAnswer(response)
    }

    /// G-13
    private func frank(_ request: SubmitMessageRequest, _ time: UInt64) -> Frank? {
        let suite = room.group.suite
        guard let secret = hub.configuration.frankingSecrets.first,
            let (key, tag) = room.frankingTag(of: request.message)
        else { return nil }
        let context = ServerFrankingContext(
            senderURI: request.sendingURI, roomURI: room.settings.room.bytes,
            acceptedTimestamp: time)
        let id = CipherSuiteID(suite.rawValue)
        do {
            let mac = try HashAlgorithm.sha256.hmac(key: secret, tag.bytes + context.encoded)
            guard let serverFrank = Digest32(mac) else {
                preconditionFailure("SHA-256 gives 32 bytes")
            }
            let signed = FrankingIntegrityTBS(
                serverFrank: serverFrank, cipherSuite: id, context: context)
            return Frank(
                serverFrank: serverFrank, cipherSuite: id,
                integritySignature: try key.sign(FrankingIntegrityTBS.label, signed.encoded))
        } catch {
            preconditionFailure("the hub's key does not sign: \(error)")
        }
    }

    /// What makes a message the same as another: its bytes, and who sent it.
    private static func request(_ body: [UInt8], from provider: String) -> [UInt8] {
        var input = Writer(reserving: body.count + 64)
        input.write(opaque: Array(provider.utf8))
        input.write(opaque: body)
        return SHA256.hash(input.bytes).bytes
    }
}

extension Hub {
    /// Takes a message (MIMI protocol §5.4): `body` is a SubmitMessageRequest, `provider` the
    /// authenticated domain that sent it. The same body of the same provider gets the same answer again,
    /// if it was accepted.
    public func submitMessage(
        _ room: String, from provider: String, _ body: [UInt8]
    ) async throws(HubError) -> MessageAnswer {
        guard let lane = try lane(of: room) else { return MessageAnswer(.noSuchRoom(room)) }
        return try await lane.submit(body, from: provider)
    }
}
