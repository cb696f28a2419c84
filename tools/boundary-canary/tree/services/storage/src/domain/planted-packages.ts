// VIOLATES no-restricted-imports: gRPC
import { Server } from '@grpc/grpc-js'
// VIOLATES no-restricted-imports: the database, only for its type
import type { Kysely } from 'kysely'
// VIOLATES no-restricted-imports: the database driver
import pg from 'pg'
// VIOLATES no-restricted-imports: the logger
import { pino } from 'pino'
// VIOLATES no-restricted-imports: the web framework, only for its type
import type { FastifyInstance } from 'fastify'
// VIOLATES no-restricted-imports: the message broker
import { connect } from 'nats'
// VIOLATES no-restricted-imports: the disk
import { readFile } from 'node:fs/promises'
// VIOLATES no-restricted-imports: the disk
import { statSync } from 'node:fs'
// VIOLATES no-restricted-imports: the network
import { createServer } from 'node:http'
// VIOLATES no-restricted-imports: the network
import { Socket } from 'node:net'
import { createHash } from 'node:crypto'

export const planted = [Server, pg, pino, connect, readFile, statSync, createServer, Socket, createHash]
export type Planted = [Kysely<unknown>, FastifyInstance]
