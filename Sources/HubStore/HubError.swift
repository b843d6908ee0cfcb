import LMDBStore
import RoomLog

/// A failure of the machine or of the store, or a hub that is used wrongly. What a room refuses is an
/// answer and no error; see ``HubRefusal``.
public enum HubError: Error, Sendable {
    /// Bytes that are not a private key of the cipher suite.
    case invalidKey
    /// A trust root of this domain that is no certificate.
    case invalidTrustRoot(String)
    /// A domain that is not a lower-case host name.
    case invalidDomain(String)
    /// No store is there, or it is one of another version or kind; the text says which.
    case unusableStore(String)
    /// The store does not read or write: a full disk, a failing device, damage.
    case store(String)
    /// The store is as large as it may be, or the disk is full; removals and bans may still be possible.
    case full(String)
    /// The log is not signed; the text says why.
    case notSigned(String)
    /// The room is not of this hub.
    case noSuchRoom(String)
    /// The hub was opened without a way to reach other providers.
    case noTransport
    /// Another provider could not be reached, or answered what is no answer.
    case transport(String)
    /// Someone else wrote to the store: a hub is its only writer.
    case notAlone(String)

    init(_ error: StoreError) {
        switch error.reason {
        case .quotaExceeded, .diskFull, .mapFull: self = .full("\(error)")
        default: self = .store("\(error)")
        }
    }

    init(_ error: RoomLogError) {
        switch error {
        case .store(let error): self.init(error)
        case .conflict, .repeated: self = .notAlone("\(error)")
        case .inconsistent, .redacted, .notRedactable: self = .store("\(error)")
        }
    }
}

extension HubError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidKey: "the bytes are no private key of the cipher suite"
        case .invalidTrustRoot(let domain): "a trust root of \(domain) is no certificate"
        case .invalidDomain(let domain): "\"\(domain)\" is no domain"
        case .noSuchRoom(let room): "\(room) is no room of this hub"
        case .noTransport: "the hub has no way to reach other providers"
        case .transport(let what), .full(let what), .notSigned(let what), .unusableStore(let what), .store(let what),
            .notAlone(let what):
            what
        }
    }
}
