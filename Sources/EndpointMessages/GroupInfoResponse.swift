import MLSMessages
import PresentationLanguage

/// ```
/// enum { reserved(0), success(1), notAuthorized(2), noSuchRoom(3), (255) } GroupInfoCode;
///
/// struct {
///     Protocol version = mls10;
///     opaque room_id<V>;
///     GroupInfoCode status;
///     select (status) {
///         case success:
///             CipherSuite cipher_suite;
///             ExternalSender hub_sender;
///             HPKECiphertext encrypted_groupinfo_and_tree;
///             opaque signature<V>;
///                 // SignWithLabel(., "GroupInfoResponseTBS", GroupInfoResponseTBS)
///         case notAuthorized:
///         case noSuchRoom: struct{};
///     };
/// } GroupInfoResponse;
/// ```
/// MIMI protocol §5.6. Only a success is signed (H-21).
package struct GroupInfoResponse: TLSCodable, Hashable, Sendable {
    package static let label = "GroupInfoResponseTBS"

    package enum Status: Hashable, Sendable {
        indirect case success(Success)
        case notAuthorized
        case noSuchRoom

        fileprivate var code: Code {
            switch self {
            case .success: .success
            case .notAuthorized: .notAuthorized
            case .noSuchRoom: .noSuchRoom
            }
        }
    }

    fileprivate enum Code: UInt8 {
        case success = 1
        case notAuthorized = 2
        case noSuchRoom = 3
    }

    /// What follows the status of a success.
    package struct Success: Hashable, Sendable {
        package var cipherSuite: CipherSuiteID
        package var hubSender: ExternalSender
        /// A ``GroupInfoRatchetTreeTBE`` for the key in the request.
        package var encrypted: HPKECiphertext
        package var signature: [UInt8]

        package init(
            cipherSuite: CipherSuiteID, hubSender: ExternalSender, encrypted: HPKECiphertext,
            signature: [UInt8]
        ) {
            self.cipherSuite = cipherSuite
            self.hubSender = hubSender
            self.encrypted = encrypted
            self.signature = signature
        }
    }

    package var roomID: [UInt8]
    package var status: Status

    package init(roomID: [UInt8], status: Status) {
        self.roomID = roomID
        self.status = status
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        _ = try EndToEndProtocol(from: &reader)
        roomID = try reader.readOpaque()
        let code: Code = try reader.readEnum("status")
        switch code {
        case .success:
            status = .success(
                Success(
                    cipherSuite: try CipherSuiteID(from: &reader),
                    hubSender: try ExternalSender(from: &reader),
                    encrypted: try HPKECiphertext(from: &reader),
                    signature: try reader.readOpaque()))
        case .notAuthorized:
            status = .notAuthorized
        case .noSuchRoom:
            status = .noSuchRoom
        }
    }

    package func write(to writer: inout Writer) {
        writer.write(bytes: toBeSigned)
        if case .success(let success) = status { writer.write(opaque: success.signature) }
    }

    /// `GroupInfoResponseTBS`: all fields but the signature, which only a success has.
    package var toBeSigned: [UInt8] {
        var writer = Writer()
        EndToEndProtocol.mls10.write(to: &writer)
        writer.write(opaque: roomID)
        writer.write(status.code.rawValue)
        if case .success(let success) = status {
            success.cipherSuite.write(to: &writer)
            success.hubSender.write(to: &writer)
            success.encrypted.write(to: &writer)
        }
        return writer.bytes
    }
}
