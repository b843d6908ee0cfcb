import EndpointMessages
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import PresentationLanguage
import RoomPolicy
import Synchronization

/// The providers of a scenario: they keep the key packages of their users' clients, and know what the
/// users consented to.
final class Providers: ProviderTransport {
    /// What a provider holds of a client.
    fileprivate struct Shelf {
        let client: String
        var packages: [KeyPackage]
        let lastResort: KeyPackage?
    }

    fileprivate struct State {
        /// By user.
        var shelves: [[UInt8]: [Shelf]] = [:]
        var consents = ConsentBook()
    }

    private let state = Mutex(State())
    private let clock: StageClock

    init(_ clock: StageClock) {
        self.clock = clock
    }

    /// Takes the key packages of a client into its provider's hands.
    func publish(
        _ packages: [KeyPackage], lastResort: KeyPackage?, of client: String, user: [UInt8]
    ) {
        state.withLock {
            $0.shelves[user, default: []].append(
                Shelf(client: client, packages: packages, lastResort: lastResort))
        }
    }

    func take(_ entry: ConsentEntry) {
        state.withLock { $0.consents.apply(entry) }
    }

    func keyMaterial(
        of targetUser: String, at provider: String, _ request: [UInt8]
    ) async throws -> [UInt8] {
        let request = try KeyMaterialRequest(parsing: request)
        let now = clock.now / 1000
        return state.withLock { $0.answer(request, at: now).encoded }
    }
}

extension Providers.State {
    /// Every user consents who did not say otherwise.
    fileprivate mutating func answer(
        _ request: KeyMaterialRequest, at now: UInt64
    ) -> KeyMaterialResponse {
        let target = request.targetUser
        func answer(
            _ status: KeyMaterialUserCode, _ clients: [ClientKeyMaterial] = []
        ) -> KeyMaterialResponse {
            KeyMaterialResponse(userStatus: status, userURI: target, clients: clients)
        }
        let room = request.roomID.isEmpty ? nil : request.roomID
        switch consents.verdict(on: request.requestingUser, to: target, in: room) {
        case .denied: return answer(.noConsent)
        case .deniedForRoom: return answer(.noConsentForThisRoom)
        case .granted, .unsaid: break
        }
        guard var known = shelves[target] else { return answer(.userUnknown) }
        let clients = known.indices.map { known[$0].next(for: request, of: target, at: now) }
        shelves[target] = known
        let successes = clients.count {
            if case .success = $0.status { true } else { false }
        }
        switch successes {
        case clients.count: return answer(.success, clients)
        case 0: return answer(.noCompatibleMaterial, clients)
        default: return answer(.partialSuccess, clients)
        }
    }
}

extension Providers.Shelf {
    /// A key package that was not handed out yet, or the one of last resort.
    fileprivate mutating func next(
        for request: KeyMaterialRequest, of user: [UInt8], at now: UInt64
    ) -> ClientKeyMaterial {
        let domain = MIMIURI(user)?.domain ?? ""
        let uri = Array("mimi://\(domain)/d/\(client)".utf8)
        let fitting = { (package: KeyPackage) in
            guard case .keyPackage(let lifetime) = package.leafNode.source else { return false }
            return request.cipherSuites.contains(package.cipherSuite) && now <= lifetime.notAfter
        }
        if let place = packages.firstIndex(where: fitting) {
            return ClientKeyMaterial(clientURI: uri, status: .success(packages.remove(at: place)))
        }
        if let lastResort, fitting(lastResort) {
            return ClientKeyMaterial(clientURI: uri, status: .success(lastResort))
        }
        return ClientKeyMaterial(
            clientURI: uri,
            status: lastResort == nil ? .keyMaterialExhausted : .nothingCompatible(nil))
    }
}
