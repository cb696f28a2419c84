import { testkit } from '@hearth/testkit'
import { refStore } from '../stores/refs.pg.ts'
import { commit } from './commit.ts'

export const tested = [testkit, refStore, commit, process.env['HOME'], fetch]
