import FoundationEssentials
import PresentationLanguage

/// Clients that a Welcome brings into a group and that then follow it: the working group's format of
/// test vectors for passive clients, described in `docs/passive-clients.md`.
package struct PassiveClientFile: Sendable {
    package let clients: [PassiveClient]

    /// Reads a file; what is wrong with it comes as one line.
    package init(json: Data) throws(TranscriptError) {
        clients = try TranscriptError.decoding([PassiveClient].self, from: json)
        guard !clients.isEmpty else { throw TranscriptError("has no clients", at: []) }
    }
}

/// A client with its private keys, and what it receives.
package struct PassiveClient: Sendable {
    package struct ExternalPSK: Sendable {
        let id: [UInt8]
        let secret: [UInt8]
    }

    /// What leads from one epoch to the next.
    package struct Epoch: Sendable {
        /// MLSMessages in the order of their arrival.
        let proposals: [[UInt8]]
        /// An MLSMessage.
        let commit: [UInt8]
        let epochAuthenticator: [UInt8]
    }

    package let cipherSuite: UInt16
    package let externalPSKs: [ExternalPSK]
    /// An MLSMessage, or the KeyPackage alone.
    package let keyPackage: [UInt8]
    package let signatureKey: [UInt8]
    package let encryptionKey: [UInt8]
    package let initKey: [UInt8]
    /// An MLSMessage.
    package let welcome: [UInt8]
    /// `optional<Node> ratchet_tree<V>`; nil where the Welcome holds it.
    package let ratchetTree: [UInt8]?
    package let initialEpochAuthenticator: [UInt8]
    package let epochs: [Epoch]
}

extension PassiveClient: Decodable {
    private enum Keys: String, CodingKey {
        case welcome, epochs
        case cipherSuite = "cipher_suite"
        case externalPSKs = "external_psks"
        case keyPackage = "key_package"
        case signatureKey = "signature_priv"
        case encryptionKey = "encryption_priv"
        case initKey = "init_priv"
        case ratchetTree = "ratchet_tree"
        case initialEpochAuthenticator = "initial_epoch_authenticator"
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Keys.self)
        func bytes(_ key: Keys) throws -> [UInt8] {
            try object.decode(HexBytes.self, forKey: key).bytes
        }
        cipherSuite = try object.decode(UInt16.self, forKey: .cipherSuite)
        externalPSKs =
            try object.decodeIfPresent([ExternalPSK].self, forKey: .externalPSKs) ?? []
        keyPackage = try bytes(.keyPackage)
        signatureKey = try bytes(.signatureKey)
        encryptionKey = try bytes(.encryptionKey)
        initKey = try bytes(.initKey)
        welcome = try bytes(.welcome)
        ratchetTree = try object.decodeIfPresent(HexBytes.self, forKey: .ratchetTree)?.bytes
        initialEpochAuthenticator = try bytes(.initialEpochAuthenticator)
        epochs = try object.decode([Epoch].self, forKey: .epochs)
    }
}

extension PassiveClient.ExternalPSK: Decodable {
    private enum Keys: String, CodingKey {
        case id = "psk_id"
        case secret = "psk"
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Keys.self)
        id = try object.decode(HexBytes.self, forKey: .id).bytes
        secret = try object.decode(HexBytes.self, forKey: .secret).bytes
    }
}

extension PassiveClient.Epoch: Decodable {
    private enum Keys: String, CodingKey {
        case proposals, commit
        case epochAuthenticator = "epoch_authenticator"
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Keys.self)
        proposals = try object.decode([HexBytes].self, forKey: .proposals).map(\.bytes)
        commit = try object.decode(HexBytes.self, forKey: .commit).bytes
        epochAuthenticator = try object.decode(HexBytes.self, forKey: .epochAuthenticator).bytes
    }
}
