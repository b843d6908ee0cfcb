import MLSMessages
import PresentationLanguage
import Testing

/// The structs inside a PrivateMessage (RFC 9420 §6.3).
@Suite struct PrivateMessageTests {
    @Test func contentWithPadding() throws {
        let content = PrivateMessageContent(
            body: .application([7]), auth: FramedContentAuthData(signature: [8, 9]), padding: 3)
        var writer = Writer()
        content.write(to: &writer)
        #expect(writer.bytes == [1, 7, 2, 8, 9, 0, 0, 0])
        #expect(try read(writer.bytes, .application) == content)
        #expect(throws: DecodingError(.invalidValue(field: "padding", value: 1), at: 6)) {
            try read([1, 7, 2, 8, 9, 0, 1, 0], .application)
        }
    }

    @Test func aCommitCarriesItsTag() throws {
        let commit = Commit(proposals: [.proposal(.remove(leaf: 1))], path: nil)
        let content = PrivateMessageContent(
            body: .commit(commit),
            auth: FramedContentAuthData(signature: [], confirmationTag: [1]), padding: 0)
        var writer = Writer()
        content.write(to: &writer)
        #expect(try read(writer.bytes, .commit) == content)
    }

    @Test func senderData() throws {
        let data = SenderData(leafIndex: 1, generation: 2, reuseGuard: [3, 4, 5, 6])
        #expect(data.encoded == [0, 0, 0, 1, 0, 0, 0, 2, 3, 4, 5, 6])
        #expect(try SenderData(parsing: data.encoded) == data)
    }

    @Test func additionalData() {
        let message = PrivateMessage(
            groupID: [1], epoch: 2, contentType: .commit, authenticatedData: [3],
            encryptedSenderData: [], ciphertext: [])
        let common: [UInt8] = [1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 3]
        #expect(SenderDataAAD(message).encoded == common)
        #expect(PrivateContentAAD(message).encoded == common + [1, 3])
    }

    private func read(_ bytes: [UInt8], _ type: ContentType) throws -> PrivateMessageContent {
        var reader = try Reader(bytes.span.bytes)
        return try PrivateMessageContent(from: &reader, as: type)
    }
}
