import MLSMessages
import MLSPublicGroup
import Synchronization

/// The proposals of the hub in the record that is decided again: who audits a log has no private key of
/// the hub, and takes its signatures from there. What the hub did not sign has no signature.
package final class RecordedSignatures: Sendable {
    private struct Signed {
        /// What was signed, as FramedContentTBS (RFC 9420 §6.1), and its signature.
        var signatures: [[UInt8]: [UInt8]] = [:]
        var sender: UInt32?
    }

    private let signed = Mutex(Signed())

    package init() {}

    /// Takes the signatures of a record in place of those of the one before.
    package func take(_ events: [RoomEvent]) {
        var next = Signed()
        for case .hubProposalIssued(let issued) in events {
            guard case .publicMessage(let message) = issued.message else { continue }
            let content = message.content.toBeSigned(wireFormat: .publicMessage, context: [])
            next.signatures[content] = message.auth.signature
            if case .external(let index) = message.content.sender { next.sender = index }
        }
        signed.withLock { [next] in $0 = next }
    }

    func signature(of content: [UInt8]) -> [UInt8]? {
        signed.withLock { $0.signatures[content] }
    }

    /// The external sender that the hub was, where it proposed something.
    var sender: UInt32? { signed.withLock { $0.sender } }
}
