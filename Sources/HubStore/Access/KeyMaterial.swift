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

/// What a hub answers to a request for key packages.
public struct KeyMaterialAnswer: Hashable, Sendable {
    /// Who answered.
    public enum Outcome: Hashable, Sendable {
        /// The target's provider answered; `status` is its KeyMaterialUserCode (MIMI protocol §5.2), 0
        /// for success.
        case answered(status: UInt8)
        case refused(HubRefusal)
    }

    /// Who answered, and what.
    public let outcome: Outcome
    /// The body to send back, a KeyMaterialResponse; nil for a request that the hub itself refuses.
    public let body: [UInt8]?
}

/// ```
/// struct {
///     uint8 format = 1;
///     opaque provider<V>;
///     uint64 not_after_s;
/// } KeyPackageRoute;
/// ```
/// Where a key package came from; the key is its KeyPackageRef.
struct KeyPackageRoute: TLSCodable, Hashable, Sendable {
    private static let format: UInt8 = 1

    let provider: [UInt8]
    /// Seconds since the Unix epoch.
    let notAfter: UInt64

    init(provider: [UInt8], notAfter: UInt64) {
        self.provider = provider
        self.notAfter = notAfter
    }

    init(from reader: inout Reader) throws(DecodingError) {
        try reader.readFormat(Self.format)
        provider = try reader.readOpaque()
        notAfter = try reader.readUInt64()
    }

    func write(to writer: inout Writer) {
        writer.write(Self.format)
        writer.write(opaque: provider)
        writer.write(notAfter)
    }
}

extension Hub {
    /// Relays a request for key packages (MIMI protocol §5.2, G-2) to the target's provider, and
    /// remembers where the key packages came from. `body` is a KeyMaterialRequest, `provider` the
    /// authenticated domain that sent it.
    public func keyMaterial(
        of targetUser: String, from provider: String, _ body: [UInt8]
    ) async throws(HubError) -> KeyMaterialAnswer {
        let target: MIMIURI
        do throws(HubRefusal) {
            target = try check(keyMaterial: body, of: targetUser, from: provider)
        } catch {
            context.note(error, of: "", from: provider)
            return KeyMaterialAnswer(outcome: .refused(error), body: nil)
        }
        guard let transport = configuration.transport else { throw .noTransport }
        let answer: [UInt8]
        do {
            answer = try await transport.keyMaterial(of: targetUser, at: target.domain, body)
        } catch {
            throw .transport("\(target.domain): \(error)")
        }
        guard let response = try? KeyMaterialResponse(parsing: answer),
            response.userURI == target.bytes
        else { throw .transport("\(target.domain): an answer that is no KeyMaterialResponse") }
        try await remember(response, from: target.domain)
        return KeyMaterialAnswer(
            outcome: .answered(status: response.userStatus.rawValue), body: answer)
    }

    /// The target, if the request is for it, and signed by a user of the provider.
    private func check(
        keyMaterial body: [UInt8], of targetUser: String, from provider: String
    ) throws(HubRefusal) -> MIMIURI {
        if let refusal = configuration.limits.excess(of: body) { throw refusal }
        let request: KeyMaterialRequest
        do {
            request = try KeyMaterialRequest(parsing: body)
        } catch {
            throw HubRefusal(
                .malformed, rule: .canonicalEncoding, item: "request",
                expected: "a KeyMaterialRequest", found: error.description)
        }
        guard let target = MIMIURI(request.targetUser, .user), target.description == targetUser
        else {
            throw HubRefusal(
                .notAllowed, rule: .uri, item: "target", expected: targetUser,
                found: String(decoding: request.targetUser, as: UTF8.self))
        }
        let suite = request.cipherSuites.lazy.compactMap { CipherSuite(rawValue: $0.rawValue) }
            .first
        guard let suite else {
            throw HubRefusal(
                .notAllowed, rule: .keyMaterial, item: "cipher suites",
                expected: "one that is known", found: "none")
        }
        let services = configuration.services
        let requester = Requester(
            signatureKey: request.signatureKey, credential: request.credential)
        try requester.check(
            request.signature, of: request.toBeSigned, label: KeyMaterialRequest.label, suite,
            services, .keyMaterial)
        let user = services.identities.identity(of: request.credential)?.user
        guard let user, user.bytes == request.requestingUser else {
            throw HubRefusal(
                .notAllowed, rule: .keyMaterial, item: "requesting user",
                expected: user?.description ?? "a user",
                found: String(decoding: request.requestingUser, as: UTF8.self))
        }
        guard user.domain == provider else {
            throw HubRefusal(
                .notAllowed, rule: .sourceProvider, item: "request",
                expected: "a user of \(provider)", found: user.domain)
        }
        return target
    }

    /// The user whom a credential names.
    func user(of credential: Credential) -> [UInt8]? {
        configuration.services.identities.identity(of: credential)?.user.bytes
    }

    private func remember(
        _ response: KeyMaterialResponse, from provider: String
    ) async throws(HubError) {
        var rows = SideRows()
        rows.route(
            response.clients.compactMap { client in
                if case .success(let keyPackage) = client.status { keyPackage } else { nil }
            }.filter { user(of: $0.leafNode.credential) == response.userURI }, to: provider)
        guard !rows.isEmpty else { return }
        do {
            try await rooms.log.write(rows)
        } catch {
            throw HubError(error)
        }
    }
}

extension SideRows {
    /// Remembers where the Welcomes of key packages go.
    mutating func route(_ keyPackages: [KeyPackage], to provider: String) {
        for keyPackage in keyPackages {
            guard let suite = CipherSuite(rawValue: keyPackage.cipherSuite.rawValue),
                case .keyPackage(let lifetime) = keyPackage.leafNode.source
            else { continue }
            let route = KeyPackageRoute(
                provider: Array(provider.utf8), notAfter: lifetime.notAfter)
            put(route.encoded, for: keyPackage.reference(suite.hash), on: .keyPackageRoute)
        }
    }
}
