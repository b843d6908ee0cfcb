import MLSMessages
import PresentationLanguage

/// ```
/// struct {
///     Protocol protocol = mls10;
///     MLSMessage appMessage;
///     IdentifierUri sendingUri;      // opaque<V>
/// } SubmitMessageRequest;
/// ```
/// MIMI protocol §5.4. As read the message may be of any kind: whether it is a PrivateMessage with
/// application data is for the rules to say.
package struct SubmitMessageRequest: TLSCodable, Hashable, Sendable {
    package let message: MLSMessage
    package let sendingURI: [UInt8]

    package init(message: MLSMessage, sendingURI: [UInt8]) {
        self.message = message
        self.sendingURI = sendingURI
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        _ = try EndToEndProtocol(from: &reader)
        message = try MLSMessage(from: &reader)
        sendingURI = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        EndToEndProtocol.mls10.write(to: &writer)
        message.write(to: &writer)
        writer.write(opaque: sendingURI)
    }
}
