import EndpointMessages
import HubStore
import LMDBStore
import MLSMember
import MLSMessages
import PresentationLanguage
import Scenario

/// What it costs to take a message and put it into the queues of a room's providers.
package struct FanoutMeasurement: Hashable, Sendable, Encodable {
    package let benchmark = "fanout"
    package let members: Int
    package let providers: Int
    package let messages: Int
    /// Of a request.
    package let bytes: Int
    /// Of the processor, the median of a message.
    package let cpuUs: Double
    /// Of one transaction that writes as many bytes once for each provider.
    package let floorUs: Double
    package let ratio: Double
    package let deliveriesPerSecond: Double

    private enum CodingKeys: String, CodingKey {
        case benchmark, members, providers, messages, bytes, ratio
        case cpuUs = "cpu_us"
        case floorUs = "floor_us"
        case deliveriesPerSecond = "deliveries_per_second"
    }

    /// One message after another, in a room of one client for each user.
    package init(
        members: Int, providers: Int, messages: Int, size: Int, seed: UInt64,
        in directory: String
    ) async throws {
        let generator = StoreGenerator(records: 1, rooms: 1, seed: seed)
        let room = try SyntheticRoom(
            0, members: members, users: members, providers: providers, shape: .full, seed: seed,
            hub: generator.sender())
        let hub = try generator.open(at: directory + "/store")
        let floor = try DurableFloor(directory + "/floor")
        var cpu: [Double] = []
        var floors: [Double] = []
        var request: [UInt8] = []
        do {
            if case .refused(let refusal) = try await hub.create(room.creation) {
                throw ScenarioError("the hub refuses to found it: \(refusal)", at: "\(room.uri)")
            }
            for number in 0..<messages {
                request = try room.message(number, size: size)
                let start = processorTime()
                let answer = try await hub.submitMessage(
                    room.uri.description, from: room.provider(ofMember: number % members), request)
                cpu.append(processorTime() - start)
                if case .refused(let refusal) = answer.outcome {
                    throw ScenarioError("a message is refused: \(refusal)", at: "\(room.uri)")
                }
                let floorStart = processorTime()
                try await floor.writeTogether(Array(repeating: request, count: providers))
                floors.append(processorTime() - floorStart)
            }
        } catch {
            await hub.close()
            await floor.close()
            throw error
        }
        await hub.close()
        await floor.close()
        self.members = members
        self.providers = providers
        self.messages = messages
        bytes = request.count
        cpuUs = cpu.median
        floorUs = floors.median
        ratio = cpuUs / floorUs
        deliveriesPerSecond = Double(providers) * 1e6 / cpuUs
    }
}

extension SyntheticRoom {
    /// A SubmitMessageRequest with a PrivateMessage that nobody can decrypt, of a member in turn.
    fileprivate func message(_ number: Int, size: Int) throws -> [UInt8] {
        let message = PrivateMessage(
            groupID: group.context.groupID, epoch: group.context.epoch, contentType: .application,
            authenticatedData: [], encryptedSenderData: try random.bytes(28),
            ciphertext: try random.bytes(size))
        return SubmitMessageRequest(
            message: .privateMessage(message), sendingURI: users[number % users.count].bytes
        ).encoded
    }
}
