import { db } from '@hearth/db'
import { testkit } from '@hearth/testkit'
import { startStorage } from '../src/index.ts'
import { refStore } from '../src/stores/refs.pg.ts'

export const tested = [db, testkit, startStorage, refStore]
