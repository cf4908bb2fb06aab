import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import TesseraFormats
import TesseraService

/// The service on a port, until it is asked to stop.
public final class RewardServer: Sendable {
  private let service: RewardService
  private let log: ServiceLog
  private let group: ServiceGroup

  /// - Parameters:
  ///   - logsRequests: Whether every request is logged, or only those that were refused.
  ///   - stopsOnSignals: Whether SIGTERM and SIGINT ask it to stop.
  ///   - onListening: Told the port once requests are taken in.
  public init(
    _ service: RewardService, at address: ListeningAddress, log: ServiceLog = ServiceLog(),
    logsRequests: Bool = false, stopsOnSignals: Bool = true,
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) {
    let limits = service.limits
    let logger = Logger(label: "tessera-serve") { _ in LibraryLog(log: log) }
    let channel = HTTP1Channel.Configuration(
      additionalChannelHandlers: [ConnectionRules(limits, longestBody: service.longestBody)],
      idleTimeout: .milliseconds(Int64(limits.idleSeconds * 1_000)),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: HeadLimits.bytes / 2, maxHeaderListSize: HeadLimits.bytes,
        maxHeaderFieldCount: HeadLimits.fields))
    let application = Application(
      responder: Front(service: service, log: log, logsAll: logsRequests),
      server: HTTPServerBuilder { responder in
        KeptConnections(HTTP1Channel(responder: responder, configuration: channel))
      },
      configuration: ApplicationConfiguration(
        address: .hostname(address.host, port: address.port), backlog: 1_024,
        availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: logger)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? address.port
        log.write(
          .info, "listening",
          [
            ("address", .string(address.host)), ("port", .integer(port)),
            ("models", .array(service.models.map { .string($0.name) })),
            ("workbench", .bool(service.workbench != nil)),
          ])
        await onListening(port)
      },
      logger: logger)
    var configuration = ServiceGroupConfiguration(
      // Stopped from the last to the first.
      services: [application, Departure(service: service, log: log)], logger: logger)
    configuration.gracefulShutdownSignals = stopsOnSignals ? [.sigterm, .sigint] : []
    configuration.maximumGracefulShutdownDuration = .seconds(limits.stopSeconds + 5)
    self.service = service
    self.log = log
    group = ServiceGroup(configuration: configuration)
  }

  /// Returns when it was asked to stop and what was under way has ended.
  ///
  /// - Throws: What the system says where it cannot listen.
  public func run() async throws {
    try await group.run()
    log.write(.info, "stopped")
  }

  /// Asks it to stop.
  public func stop() async { await group.triggerGracefulShutdown() }
}

/// What comes before the end: nothing new is taken in, and what is under way ends. Until then new requests are told so.
private struct Departure: Service {
  let service: RewardService
  let log: ServiceLog

  func run() async throws {
    try await gracefulShutdown()
    service.beginStopping()
    log.write(.info, "stopping", [("under_way", .integer(service.metrics.inFlight))])
    let end = ContinuousClock.now + .seconds(service.limits.stopSeconds)
    while service.metrics.inFlight > 0, ContinuousClock.now < end {
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}
