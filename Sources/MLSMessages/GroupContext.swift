import PresentationLanguage

/// ```
/// struct {
///     ProtocolVersion version = mls10;
///     CipherSuite cipher_suite;
///     opaque group_id<V>;
///     uint64 epoch;
///     opaque tree_hash<V>;
///     opaque confirmed_transcript_hash<V>;
///     Extension extensions<V>;
/// } GroupContext;
/// ```
/// RFC 9420 §8.1
package struct GroupContext: TLSCodable, Hashable, Sendable {
    package var version: ProtocolVersion
    package var cipherSuite: CipherSuiteID
    package var groupID: [UInt8]
    package var epoch: UInt64
    package var treeHash: [UInt8]
    package var confirmedTranscriptHash: [UInt8]
    package var extensions: [Extension]

    package init(
        version: ProtocolVersion, cipherSuite: CipherSuiteID, groupID: [UInt8], epoch: UInt64,
        treeHash: [UInt8], confirmedTranscriptHash: [UInt8], extensions: [Extension]
    ) {
        self.version = version
        self.cipherSuite = cipherSuite
        self.groupID = groupID
        self.epoch = epoch
        self.treeHash = treeHash
        self.confirmedTranscriptHash = confirmedTranscriptHash
        self.extensions = extensions
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        version = try ProtocolVersion(from: &reader)
        cipherSuite = try CipherSuiteID(from: &reader)
        groupID = try reader.readOpaque()
        epoch = try reader.readUInt64()
        treeHash = try reader.readOpaque()
        confirmedTranscriptHash = try reader.readOpaque()
        extensions = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        version.write(to: &writer)
        cipherSuite.write(to: &writer)
        writer.write(opaque: groupID)
        writer.write(epoch)
        writer.write(opaque: treeHash)
        writer.write(opaque: confirmedTranscriptHash)
        writer.write(list: extensions)
    }
}
